// SPDX-License-Identifier: MIT
// Sets of series by day, taken up from the store when a day is met.
#include "collector/store/series_limit.hpp"

#include <limits>

namespace llmgw::collector {

Result<void> SeriesLimit::meet(std::int64_t day) {
  if (days_.contains(day)) return {};
  if (fresh_.empty()) forget_other_days();
  const auto stored = load_(day);
  if (stored.has_error()) return stored.error();
  size_ += stored->size();
  days_.emplace(day, Day(stored->begin(), stored->end()));
  return {};
}

bool SeriesLimit::admits(std::int64_t day, const Series& wanted) {
  return insert(days_[day], day, wanted, most_);
}

Series SeriesLimit::reduce(std::int64_t day, Series wanted, const Series& others) {
  Day& there = days_[day];
  ++reduced_;
  wanted.app_key = others.app_key;
  if (insert(there, day, wanted, 2 * most_)) return wanted;
  const std::int64_t status = wanted.outcome_class % 8;
  wanted = others;
  wanted.outcome_class = others.outcome_class + status;
  insert(there, day, wanted, std::numeric_limits<std::size_t>::max());
  return wanted;
}

bool SeriesLimit::insert(Day& there, std::int64_t day, const Series& series, std::size_t most) {
  if (there.contains(series)) return true;
  if (there.size() >= most) return false;
  there.insert(series);
  fresh_.emplace_back(day, series);
  ++size_;
  return true;
}

// Never within a transaction: what it has added is not to be found in the store.
void SeriesLimit::forget_other_days() {
  const std::size_t enough = 4 * most_;
  while (!days_.empty() && size_ > enough) {
    size_ -= days_.begin()->second.size();
    days_.erase(days_.begin());
  }
}

void SeriesLimit::roll_back() {
  for (const auto& [day, series] : fresh_) size_ -= days_[day].erase(series);
  fresh_.clear();
}

void SeriesLimit::forget() noexcept {
  days_.clear();
  fresh_.clear();
  size_ = 0;
}

}  // namespace llmgw::collector
