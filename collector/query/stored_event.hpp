// SPDX-License-Identifier: MIT
// PURE: a row of a store back into the event that it was.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "collector/query/answer.hpp"
#include "collector/store/event_row.hpp"

namespace llmgw::collector {

/// The columns of a row: of words their numbers, of the id nothing. Views what the reader holds.
struct EventCells {
  std::array<Cell, column_count> cells{};
  std::int64_t flags = 0;
  std::string_view rest = {};   ///< members as JSON, without the braces
  std::string_view place = {};  ///< 16 bytes
  std::string id = {};          ///< where it is not the place itself
};

/// The names of those columns, in the order of stored_fields, and behind them flags and rest.
std::string event_columns_sql();

/// `text`: of a word's number.
StoredEvent stored_event(const EventCells& row,
                         const std::function<std::string(std::int64_t number)>& text);

/// The members of an object's inside.
std::vector<EventField> members_of(std::string_view rest);

}  // namespace llmgw::collector
