// SPDX-License-Identifier: MIT
// RowFilter: a filter in the numbers of a SQLite store.
#pragma once

#include <optional>
#include <string>

#include "collector/query/model.hpp"
#include "collector/query/word_table.hpp"

namespace llmgw::collector {

class RowFilter {
 public:
  RowFilter(const Filter& filter, WordTable& words);

  /// Conditions on the columns of the sums, each behind ` AND `. Numbers alone: nothing of a
  /// caller's text gets into SQL.
  std::string sums_sql() const;
  /// The same for the table of times, which has provider and model alone.
  std::string times_sql() const;
  /// The same for single events.
  std::string events_sql() const;

 private:
  using Numbers = std::optional<std::vector<std::int64_t>>;  // nothing: any

  const Numbers& of(Dimension dimension) const noexcept {
    return numbers_[static_cast<std::size_t>(dimension)];
  }
  static void append(std::string_view expression, const Numbers& numbers, std::string& sql);

  std::array<Numbers, dimension_count> numbers_;
  Numbers visible_;
};

}  // namespace llmgw::collector
