// SPDX-License-Identifier: MIT
// PURE: SeriesLimit: how many rows of sums a day may have, whatever senders make up.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "collector/store/rollup.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// Beyond `most` series a day, keys of applications become one; beyond twice as many everything
/// else does. That is so in the sums alone: events keep what they have. Not thread-safe.
class SeriesLimit {
 public:
  /// The series that are stored for a day.
  using Load = std::function<Result<std::vector<Series>>(std::int64_t day)>;

  SeriesLimit(std::size_t most, Load load) : most_(most), load_(std::move(load)) {}

  /// Takes up what the store has of a day, unless it is known. Before the next two, for each day.
  /// Errors are those of the load, and then nothing is known of the day.
  Result<void> meet(std::int64_t day);
  /// Whether events of that day are summed up under this series.
  bool admits(std::int64_t day, const Series& wanted);
  /// The one under which they are where that is not so. `others`: what stands for a word that was
  /// left out, in each member.
  Series reduce(std::int64_t day, Series wanted, const Series& others);

  /// What was admitted since the last call of either is stored, or is not.
  void commit() noexcept { fresh_.clear(); }
  void roll_back();

  /// What is known of the store is asked anew; outside of a transaction.
  void forget() noexcept;

  /// Series of the days that are known now, and events that were summed up under another one.
  std::size_t size() const noexcept { return size_; }
  std::uint64_t reduced() const noexcept { return reduced_; }

 private:
  using Day = std::set<Series>;

  void forget_other_days();
  bool insert(Day& known, std::int64_t day, const Series& series, std::size_t most);

  std::size_t most_;
  Load load_;
  std::map<std::int64_t, Day> days_;
  std::vector<std::pair<std::int64_t, Series>> fresh_;
  std::size_t size_ = 0;
  std::uint64_t reduced_ = 0;
};

}  // namespace llmgw::collector
