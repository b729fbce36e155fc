// SPDX-License-Identifier: MIT
// Retention: what is older than it is to be kept leaves the store, a little at a time.
#pragma once

#include <optional>

#include "collector/sinks/place.hpp"
#include "collector/sinks/retention_times.hpp"
#include "collector/sqlite/database.hpp"

namespace llmgw::collector {

/// Belongs to the thread that writes.
class Retention {
 public:
  /// At most so many events a step: some milliseconds, in which nothing can be stored.
  static constexpr std::int64_t events_a_step = 5'000;

  /// Takes up the floor. The database outlives it.
  static Result<Retention> open(Database& database, const RetentionTimes& times);

  /// Removes at most events_a_step events and one hour of sums that are too old at `now`
  /// (milliseconds since 1970), in one transaction. How many rows left; 0: there was nothing.
  Result<std::int64_t> step(std::int64_t now);

  /// Events below it were removed, so that one of them that comes again could not be told from a
  /// new one.
  const Place& floor() const noexcept { return floor_; }

 private:
  Result<std::int64_t> remove(std::int64_t now);
  Result<std::optional<Place>> place_at(const Place& end, std::int64_t offset);
  Result<std::int64_t> remove_events(const Place& end);
  Result<std::int64_t> remove_hour(std::string_view table, std::int64_t end);
  Result<void> keep_floor();

  Database* database_ = nullptr;
  RetentionTimes times_;
  Place floor_;
  Place new_floor_;
};

}  // namespace llmgw::collector
