// SPDX-License-Identifier: MIT
// PURE: EventRows: events as the rows of an INSERT into a ClickHouse store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collector/sinks/place.hpp"
#include "collector/store/event_row.hpp"

namespace llmgw::collector {

/// `INSERT INTO event (...) FORMAT RowBinary`: the columns in the order in which rows have them.
const std::string& insert_events_sql();

/// The rows of one INSERT.
class EventRows {
 public:
  void clear() noexcept { rows_.clear(); }
  /// `stored`: the version of the row; of two events with one place the higher one stays.
  void add(const EventRow& row, const Place& place, std::uint64_t stored);

  std::string_view rows() const noexcept { return rows_; }

 private:
  std::string rows_;
};

}  // namespace llmgw::collector
