// SPDX-License-Identifier: MIT
// EventStage: the events of a write as rows for COPY, each once.
#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "collector/postgres/sql_values.hpp"
#include "collector/sinks/batch.hpp"
#include "collector/sinks/place.hpp"
#include "collector/sinks/postgres/word_numbers.hpp"
#include "collector/store/event_row.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// Reads events into rows that a server takes whatever they hold: a text that it would not take has
/// U+FFFD in its column, and is whole in `rest`. Each row is good until the next is read.
class FittingReader {
 public:
  bool read(std::string_view line, EventRow& row);

 private:
  RowReader reader_;
  std::deque<std::string> texts_;
};

/// Belongs to the thread that writes.
class EventStage {
 public:
  /// An event that came in this write for the first time.
  struct Line {
    std::string_view text;  ///< with its line end
    Place place;
  };

  /// Takes all events up, which outlive it. errc::malformed_message for what is no event.
  Result<void> take(std::span<const Batch* const> batches, const WordNumbers& words);

  /// Words whose numbers were not known, each once.
  const std::vector<Word>& missing() const noexcept { return missing_; }
  /// Puts their numbers in; false where one is still not known.
  bool fill(const WordNumbers& words);

  std::string_view rows() const noexcept { return rows_.text(); }
  const std::vector<Line>& lines() const noexcept { return lines_; }
  /// Events that came more than once, each time after the first.
  std::uint64_t repeated() const noexcept { return repeated_; }
  /// Whether there are ids that are not their event's place.
  bool has_placed() const noexcept { return has_placed_; }

  /// The columns of those rows: of the event, and behind them `id`.
  static const std::string& columns();
  /// The same with their types.
  static const std::string& definition();
  /// Without `id`.
  static const std::string& event_columns();

 private:
  struct KeyHash {
    std::size_t operator()(const EventKey& key) const noexcept {
      return static_cast<std::size_t>(key.high ^ key.low * 0x9e37'79b9'7f4a'7c15);
    }
  };
  struct Gap {
    std::size_t place;  ///< in rows_
    std::size_t word;   ///< of missing_
  };

  Result<void> take_line(std::string_view line, const EventKey& key, const WordNumbers& words);
  void encode(const Place& place, std::string_view id, const WordNumbers& words);
  void encode_word(Column kind, std::string_view text, const WordNumbers& words);

  FittingReader reader_;
  EventRow row_;
  CopyRows rows_;
  std::vector<Line> lines_;
  std::unordered_set<EventKey, KeyHash> seen_;
  std::vector<Word> missing_;
  std::map<std::pair<Column, std::string>, std::size_t> missing_places_;
  std::vector<Gap> gaps_;
  std::uint64_t repeated_ = 0;
  bool has_placed_ = false;
};

}  // namespace llmgw::collector
