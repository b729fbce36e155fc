// SPDX-License-Identifier: MIT
// The metrics that every kind of store with rows has.
#include "collector/sinks/store_counts.hpp"

#include "collector/store/wall_clock.hpp"

namespace llmgw::collector {

void StoreCounts::note(const Stored& stored, std::uint64_t ahead) {
  fresh_.add(stored.fresh);
  duplicates_.add(stored.duplicates);
  too_old_.add(stored.too_old);
  ahead_.add(ahead);
}

void StoreCounts::note_series(std::uint64_t size, std::uint64_t reduced) {
  series_.set(size);
  reduced_.set(reduced);
}

void StoreCounts::add_metrics(std::vector<Metric>& metrics, std::uint64_t bytes) const {
  using enum MetricKind;
  const auto number = [](const Counter& counter) { return static_cast<double>(counter.value()); };
  metrics.push_back(
      {"llmgw_store_events_total",
       "Events given to the store: fresh ones have a row now, duplicates had one, those that are "
       "too old were removed before.",
       counter,
       {{{{"result", "fresh"}}, number(fresh_)},
        {{{"result", "duplicate"}}, number(duplicates_)},
        {{{"result", "too_old"}}, number(too_old_)}}});
  metrics.push_back({"llmgw_store_events_ahead_total",
                     "Events stored whose clock was more than an hour ahead of this one.",
                     counter,
                     {{{}, number(ahead_)}}});
  metrics.push_back({"llmgw_store_bytes",
                     "Size of the store on disk.",
                     gauge,
                     {{{}, static_cast<double>(bytes)}}});
  const auto oldest = static_cast<std::int64_t>(oldest_.value());
  const double age = oldest == 0 ? 0 : static_cast<double>(milliseconds_now() - oldest) / 1'000;
  metrics.push_back({"llmgw_store_oldest_seconds", "Age of the oldest event.", gauge, {{{}, age}}});
}

void StoreCounts::add_series_metrics(std::vector<Metric>& metrics) const {
  using enum MetricKind;
  const auto number = [](const Counter& counter) { return static_cast<double>(counter.value()); };
  metrics.push_back({"llmgw_store_series",
                     "Rows of sums of the days that are being written to.",
                     gauge,
                     {{{}, number(series_)}}});
  metrics.push_back({"llmgw_store_series_reduced_total",
                     "Events summed up under other, for their day had too many rows of sums.",
                     counter,
                     {{{}, number(reduced_)}}});
}

}  // namespace llmgw::collector
