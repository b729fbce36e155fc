// SPDX-License-Identifier: MIT
// Reader: the side of a store that is asked; one connection.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/query/answer.hpp"
#include "collector/query/model.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// Used by one thread at a time; every call may block. Each answer is of one moment. Errors:
/// errc::timed_out where the deadline came first, errc::body_too_large where there are more
/// than most_groups, else the store's own.
class Reader {
 public:
  /// Groups that are told apart while they are counted, and rows that an answer has at most.
  static constexpr std::size_t most_groups = 100'000;
  static constexpr std::size_t most_rows = 10'000;

  virtual ~Reader() = default;

  /// Of what is asked from now on; it comes at once when `is_ending` becomes true.
  virtual void set_deadline(std::chrono::steady_clock::time_point deadline,
                            const std::atomic<bool>& is_ending) = 0;

  virtual Result<UsageAnswer> usage(const UsageQuery& query) = 0;
  virtual Result<std::vector<LatencyRow>> latency(const LatencyQuery& query) = 0;
  virtual Result<EventsAnswer> events(const EventsQuery& query) = 0;
  /// The event with this id; nothing where there is none, or none that may be seen.
  virtual Result<std::optional<StoredEvent>> event(std::string_view id, const Filter& filter) = 0;
  virtual Result<std::vector<std::string>> values(const ValuesQuery& query) = 0;
  virtual Result<StoreFacts> facts() = 0;
  /// What `llm-collector reconcile` has kept, an object of JSON a day, the newest first;
  /// std::errc::protocol_not_supported where this store keeps none.
  virtual Result<std::vector<std::string>> reconciliations(const ReconciliationQuery& query);
};

}  // namespace llmgw::collector
