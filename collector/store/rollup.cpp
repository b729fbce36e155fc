// SPDX-License-Identifier: MIT
// Adding up, without ever going over the edge of an integer.
#include "collector/store/rollup.hpp"

#include <limits>

#include "collector/store/latency_bucket.hpp"

namespace llmgw::collector {

Sums sums_of(const EventRow& row) noexcept {
  Sums sums{};
  const auto set = [&sums](Sum sum, std::int64_t value) {
    sums[static_cast<std::size_t>(sum)] = value;
  };
  const bool has_usage = row[Column::prompt_tokens].is_there ||
                         row[Column::completion_tokens].is_there ||
                         row[Column::total_tokens].is_there;
  set(Sum::requests, 1);
  set(Sum::prompt_tokens, row.number(Column::prompt_tokens));
  set(Sum::completion_tokens, row.number(Column::completion_tokens));
  set(Sum::cached_tokens, row.number(Column::cached_tokens));
  set(Sum::cache_write_tokens, row.number(Column::cache_write_tokens));
  set(Sum::reasoning_tokens, row.number(Column::reasoning_tokens));
  set(Sum::no_usage, has_usage ? 0 : 1);
  set(Sum::cost_nano_usd, row.number(Column::cost_nano_usd));
  set(Sum::unpriced, row[Column::cost_nano_usd].is_there ? 0 : 1);
  set(Sum::latency_us, row.number(Column::latency));
  set(Sum::ttft_us, row.number(Column::ttft));
  set(Sum::ttft_n, row[Column::ttft].is_there ? 1 : 0);
  set(Sum::request_bytes, row.number(Column::request_bytes));
  set(Sum::response_bytes, row.number(Column::response_bytes));
  return sums;
}

void add_to(Sums& sums, const Sums& more) noexcept {
  for (std::size_t i = 0; i < sum_count; ++i) {
    if (__builtin_add_overflow(sums[i], more[i], &sums[i]))
      sums[i] = std::numeric_limits<std::int64_t>::max();
  }
}

void Rollup::add(const EventRow& row, const Series& series) {
  const std::int64_t time = row.number(Column::ts);
  const Sums sums = sums_of(row);
  add_to(hours_[{hour_of(time), series}], sums);
  add_to(days_[{day_of(time), series}], sums);
  const auto count = [&](std::int64_t kind, const Cell& cell) {
    if (!cell.is_there) return;
    ++latencies_[{hour_of(time), series.provider, series.model, kind, latency_bucket(cell.number)}];
  };
  count(latency_kind, row[Column::latency]);
  count(ttft_kind, row[Column::ttft]);
}

void Rollup::clear() noexcept {
  hours_.clear();
  days_.clear();
  latencies_.clear();
}

}  // namespace llmgw::collector
