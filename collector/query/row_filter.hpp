// SPDX-License-Identifier: MIT
// PURE: RowFilter: a filter in the numbers of a store's words.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "collector/query/model.hpp"

namespace llmgw::collector {

class RowFilter {
 public:
  /// The numbers of those texts of a kind that the store has.
  using FindNumbers =
      std::function<std::vector<std::int64_t>(Column kind, const std::vector<std::string>& texts)>;

  RowFilter(const Filter& filter, const FindNumbers& find);

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
