// SPDX-License-Identifier: MIT
// PURE: what a store answers.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/store/rollup.hpp"

namespace llmgw::collector {

__extension__ using WideInteger = __int128;

/// Sums over cells, which have 63 bits each.
struct WideSums {
  std::array<WideInteger, sum_count> values{};
  WideInteger errors = 0;  ///< requests that did not complete, or whose status is 400 or more

  WideInteger of(Sum sum) const noexcept { return values[static_cast<std::size_t>(sum)]; }
  void add(const WideSums& more) noexcept;
};

/// One line of an answer on usage.
struct UsageRow {
  std::string bucket = {};               ///< its beginning; empty where there are none
  std::vector<std::string> groups = {};  ///< in the order of the question's
  bool is_rest = false;                  ///< all those that were too many, in one
  WideSums sums = {};
};

struct UsageAnswer {
  std::vector<UsageRow> rows = {};  ///< of the page that was asked for
  WideSums totals = {};             ///< of all that was found, exact
  std::size_t found = 0;            ///< rows of all pages
  bool is_truncated = false;        ///< the last one holds the rest
};

struct LatencyRow {
  std::string bucket;
  std::vector<std::string> groups;
  std::vector<std::pair<int, std::int64_t>> counts;  ///< by class, rising
};

/// A member of an event.
struct EventField {
  enum class Kind : std::uint8_t { text, json, null };

  std::string name;
  std::string value;  ///< a text as it is, or JSON
  Kind kind = Kind::json;
};

/// The members of an event as it was stored, in the order in which they are published.
struct StoredEvent {
  std::string place;  ///< 16 bytes
  std::vector<EventField> fields;
};

struct EventsAnswer {
  std::vector<StoredEvent> events;  ///< newest first
  std::string next;                 ///< where to go on: 16 bytes; empty at the end
};

/// What the store says of itself.
struct StoreFacts {
  std::string engine;
  std::int64_t schema = 0;
  std::uint64_t bytes = 0;
  WideInteger requests = 0;  ///< of all events that were ever stored
  std::int64_t oldest = 0;   ///< milliseconds since 1970; 0: there is no event
  std::int64_t newest = 0;
  std::int64_t floor = 0;  ///< events of before are not taken any more; 0: nothing was removed
  bool keeps_reconciliations = false;  ///< see Reader::reconciliations()
};

}  // namespace llmgw::collector
