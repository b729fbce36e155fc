// SPDX-License-Identifier: MIT
// Counting in 128 bits, then ordering.
#include "collector/query/usage_count.hpp"

#include <algorithm>
#include <chrono>

#include "collector/query/format.hpp"

namespace llmgw::collector {
namespace {

namespace chrono = std::chrono;

chrono::year_month_day date_of(std::int64_t hour) noexcept {
  const std::int64_t day = hour / 24 - (hour % 24 < 0 ? 1 : 0);
  return chrono::sys_days(chrono::days(day));
}

WideInteger amount(Order order, const WideSums& sums) noexcept {
  switch (order) {
    case Order::requests: return sums.of(Sum::requests);
    case Order::tokens: return sums.of(Sum::prompt_tokens) + sums.of(Sum::completion_tokens);
    case Order::cost: return sums.of(Sum::cost_nano_usd);
  }
  return 0;
}

}  // namespace

std::int64_t bucket_begin(Bucket bucket, std::int64_t hour) noexcept {
  switch (bucket) {
    case Bucket::none: return 0;
    case Bucket::hour: return hour;
    case Bucket::day: return hour - (hour % 24 + 24) % 24;
    case Bucket::month: {
      const auto date = date_of(hour);
      const chrono::sys_days first = date.year() / date.month() / 1;
      return std::int64_t{first.time_since_epoch().count()} * 24;
    }
  }
  return 0;
}

std::string bucket_text(Bucket bucket, std::int64_t hour) {
  const std::string time = time_text(hour * 3'600'000);
  switch (bucket) {
    case Bucket::none: return {};
    case Bucket::hour: return time.substr(0, 19) + "Z";
    case Bucket::day: return time.substr(0, 10);
    case Bucket::month: return time.substr(0, 7);
  }
  return {};
}

std::size_t UsageCount::Hash::operator()(const Key& key) const noexcept {
  std::uint64_t hash = 0x9e37'79b9'7f4a'7c15;
  for (const std::int64_t each : key) {
    hash = (hash ^ static_cast<std::uint64_t>(each)) * 0xff51'afd7'ed55'8ccd;
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash);
}

std::int64_t UsageCount::number_of(Dimension dimension, const Series& series) const noexcept {
  switch (dimension) {
    case Dimension::tenant: return series.tenant;
    case Dimension::model: return series.model;
    case Dimension::provider: return series.provider;
    case Dimension::app_key: return series.app_key;
    case Dimension::outcome: return series.outcome_class / 8;
    case Dimension::status_class: return series.outcome_class % 8;
  }
  return 0;
}

bool UsageCount::add(const CellOfSums& cell, std::size_t most_groups) {
  WideSums sums;
  for (std::size_t i = 0; i < sum_count; ++i) sums.values[i] = cell.sums[i];
  const bool is_error =
      cell.series.outcome_class / 8 != completed_ || cell.series.outcome_class % 8 >= 4;
  if (is_error) sums.errors = sums.of(Sum::requests);
  return add(cell.hour, cell.series, sums, most_groups);
}

bool UsageCount::add(std::int64_t hour, const Series& series, const WideSums& sums,
                     std::size_t most_groups) {
  Key key{bucket_begin(query_.bucket, hour)};
  for (std::size_t i = 0; i < query_.group_by.size(); ++i)
    key[i + 1] = number_of(query_.group_by[i], series);
  totals_.add(sums);
  groups_[key].add(sums);
  return groups_.size() <= most_groups;
}

bool UsageCount::comes_before(const WideSums& a, const WideSums& b) const noexcept {
  return amount(query_.order, a) > amount(query_.order, b);
}

UsageRow UsageCount::row_of(const Entry& entry,
                            const std::function<std::string(std::int64_t)>& text) const {
  const auto& [key, sums] = entry;
  UsageRow row{.bucket = bucket_text(query_.bucket, key[0]), .sums = sums};
  for (std::size_t i = 0; i < query_.group_by.size(); ++i) {
    const bool is_class = query_.group_by[i] == Dimension::status_class;
    const std::int64_t number = key[i + 1];
    row.groups.push_back(!is_class     ? text(number)
                         : number == 0 ? std::string("none")
                                       : std::to_string(number) + "xx");
  }
  return row;
}

// The largest stay where there are too many; then by bucket, and in each the largest first.
UsageAnswer UsageCount::finish(std::size_t most_rows,
                               const std::function<std::string(std::int64_t)>& text) const {
  std::vector<const Entry*> entries;
  for (const Entry& each : groups_) entries.push_back(&each);
  UsageAnswer answer{.totals = totals_};
  UsageRow rest{.is_rest = true};
  rest.groups.resize(query_.group_by.size());
  if (entries.size() > most_rows) {
    std::sort(entries.begin(), entries.end(), [this](const Entry* a, const Entry* b) {
      if (comes_before(a->second, b->second)) return true;
      return !comes_before(b->second, a->second) && a->first < b->first;
    });
    for (std::size_t i = most_rows - 1; i < entries.size(); ++i) rest.sums.add(entries[i]->second);
    entries.resize(most_rows - 1);
    answer.is_truncated = true;
  }
  std::vector<UsageRow> rows;
  for (const Entry* each : entries) rows.push_back(row_of(*each, text));
  std::sort(rows.begin(), rows.end(), [this](const UsageRow& a, const UsageRow& b) {
    if (a.bucket != b.bucket) return a.bucket < b.bucket;
    if (comes_before(a.sums, b.sums)) return true;
    return !comes_before(b.sums, a.sums) && a.groups < b.groups;
  });
  if (answer.is_truncated) rows.push_back(std::move(rest));
  answer.found = rows.size();
  const std::size_t begin = std::min(query_.offset, rows.size());
  const std::size_t end = std::min(begin + query_.limit, rows.size());
  answer.rows.assign(std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(begin)),
                     std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(end)));
  return answer;
}

}  // namespace llmgw::collector
