// SPDX-License-Identifier: MIT
// EventWriter: rows of events into the tables of a SQLite store.
#pragma once

#include <array>
#include <string_view>

#include "collector/sinks/place.hpp"
#include "collector/sinks/sqlite/words.hpp"
#include "collector/store/rollup.hpp"

namespace llmgw::collector {

/// Works within the transaction under way. Belongs to the thread that writes.
class EventWriter {
 public:
  /// The numbers of a row's words, by column.
  using Numbers = std::array<std::int64_t, column_count>;

  /// Both outlive it.
  static Result<EventWriter> open(Database& database, Words& words);

  /// How many rows that makes: 1, and numbers() are its words; 0: the event was stored before.
  Result<std::int64_t> insert(const EventRow& row, const Place& place, std::string_view id);
  const Numbers& numbers() const noexcept { return numbers_; }

 private:
  Result<std::int64_t> insert_id(const Place& place, std::string_view id);
  Result<void> find_numbers(const EventRow& row);
  void bind(const EventRow& row, const Place& place);

  Database* database_ = nullptr;
  Words* words_ = nullptr;
  Statement event_, placed_;
  Numbers numbers_{};
};

}  // namespace llmgw::collector
