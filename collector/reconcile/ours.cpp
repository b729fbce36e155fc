// SPDX-License-Identifier: MIT
// A question a day, by model, outcome and status.
#include "collector/reconcile/ours.hpp"

#include <algorithm>

#include "common/event/metering_event.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t day_length = 86'400'000;

bool is_broken_off(std::string_view outcome) noexcept {
  constexpr std::array broken{Outcome::client_aborted, Outcome::upstream_aborted,
                              Outcome::upstream_timeout, Outcome::stream_error};
  return std::any_of(broken.begin(), broken.end(),
                     [outcome](Outcome each) { return name(each) == outcome; });
}

// Providers count what they have answered well, or have begun to.
void add_row(const UsageRow& row, OurFigures& into) {
  const std::string& outcome = row.groups[1];
  const std::string& status = row.groups[2];
  const WideInteger requests = row.sums.of(Sum::requests);
  const bool is_broken = is_broken_off(outcome);
  const bool is_counted = status == "2xx" || (status == "none" && is_broken);
  Figures& figures = into.figures;
  add_to(figures.requests, is_counted ? requests : 0);
  figures.prompt_tokens += row.sums.of(Sum::prompt_tokens);
  figures.cached_tokens += row.sums.of(Sum::cached_tokens);
  figures.cache_write_tokens += row.sums.of(Sum::cache_write_tokens);
  figures.completion_tokens += row.sums.of(Sum::completion_tokens);
  add_to(figures.cost_nano_usd, row.sums.of(Sum::cost_nano_usd));
  into.aborted += is_broken ? requests : 0;
  into.no_usage += is_counted ? row.sums.of(Sum::no_usage) : 0;
  into.unpriced += is_counted ? row.sums.of(Sum::unpriced) : 0;
}

}  // namespace

Result<OurReport> read_ours(Reader& reader, Reporter reporter, const DaySpan& span,
                            std::chrono::nanoseconds patience) {
  static const std::atomic<bool> is_ending{false};
  OurReport report;
  for (DayNumber day = span.from; day < span.to; ++day) {
    UsageQuery query;
    query.span = {day * day_length, (day + 1) * day_length};
    query.group_by = {Dimension::model, Dimension::outcome, Dimension::status_class};
    query.filter.values[static_cast<std::size_t>(Dimension::provider)] = {
        std::string(word_of(reporter))};
    query.limit = Reader::most_rows;
    reader.set_deadline(std::chrono::steady_clock::now() + patience, is_ending);
    const auto answer = reader.usage(query);
    if (answer.has_error()) return answer.error();
    if (answer->is_truncated) return errc::body_too_large;
    for (const UsageRow& row : answer->rows)
      if (!row.groups[0].empty()) add_row(row, report[{day, row.groups[0]}]);
  }
  return report;
}

}  // namespace llmgw::collector
