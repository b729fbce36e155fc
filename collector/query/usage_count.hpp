// SPDX-License-Identifier: MIT
// PURE: UsageCount: cells of sums put together by bucket and group.
#pragma once

#include <array>
#include <functional>
#include <unordered_map>

#include "collector/query/answer.hpp"
#include "collector/query/model.hpp"

namespace llmgw::collector {

/// The beginning of an hour's bucket as it is written; empty without buckets.
std::string bucket_text(Bucket bucket, std::int64_t hour);
/// The hour in which that bucket begins; 0 without buckets.
std::int64_t bucket_begin(Bucket bucket, std::int64_t hour) noexcept;

class UsageCount {
 public:
  /// One row of the tables of sums.
  struct CellOfSums {
    std::int64_t hour = 0;
    Series series;
    Sums sums{};
  };

  /// `completed`: the number of that outcome's word. The query outlives it.
  UsageCount(const UsageQuery& query, std::int64_t completed)
      : query_(query), completed_(completed) {}

  /// False where that makes more groups than may be told apart.
  bool add(const CellOfSums& cell, std::size_t most_groups);

  /// The same of sums that were put together already, errors included: `series` has numbers for the
  /// dimensions of the question alone.
  bool add(std::int64_t hour, const Series& series, const WideSums& sums, std::size_t most_groups);

  /// The page that was asked for. `text`: of a word's number.
  UsageAnswer finish(std::size_t most_rows,
                     const std::function<std::string(std::int64_t number)>& text) const;

 private:
  /// A bucket's first hour, and a number for each dimension of the question.
  using Key = std::array<std::int64_t, 1 + dimension_count>;
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  using Entry = std::pair<const Key, WideSums>;

  std::int64_t number_of(Dimension dimension, const Series& series) const noexcept;
  bool comes_before(const WideSums& a, const WideSums& b) const noexcept;
  UsageRow row_of(const Entry& entry,
                  const std::function<std::string(std::int64_t number)>& text) const;

  const UsageQuery& query_;
  std::int64_t completed_;
  std::unordered_map<Key, WideSums, Hash> groups_;
  WideSums totals_;
};

}  // namespace llmgw::collector
