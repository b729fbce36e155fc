// SPDX-License-Identifier: MIT
// StoreCounts: what a store that has rows tells of itself, for /metrics.
#pragma once

#include <cstdint>
#include <vector>

#include "collector/sinks/sink.hpp"
#include "common/metrics/counter.hpp"
#include "common/metrics/prometheus_text.hpp"

namespace llmgw::collector {

/// Written by the thread that stores, read by any.
class StoreCounts {
 public:
  /// A write has ended well; `ahead` of its events have a clock that is.
  void note(const Stored& stored, std::uint64_t ahead);
  /// Rows of sums of the days being written to, and events that were summed up under `other`.
  void note_series(std::uint64_t size, std::uint64_t reduced);
  void note_bytes(std::uint64_t bytes) { bytes_.set(bytes); }
  /// Of the oldest event, in milliseconds since 1970; 0: there is none.
  void note_oldest(std::int64_t time) { oldest_.set(static_cast<std::uint64_t>(time)); }
  bool has_oldest() const { return oldest_.value() != 0; }

  /// `bytes`: of the store, where it is known better than by note_bytes().
  void add_metrics(std::vector<Metric>& metrics) const { add_metrics(metrics, bytes_.value()); }
  void add_metrics(std::vector<Metric>& metrics, std::uint64_t bytes) const;
  /// Of a store that knows how many rows of sums it has.
  void add_series_metrics(std::vector<Metric>& metrics) const;

 private:
  Counter fresh_, duplicates_, too_old_, ahead_, reduced_, series_, bytes_, oldest_;
};

}  // namespace llmgw::collector
