// SPDX-License-Identifier: MIT
// What was cut for a column, or did not fit it, is taken from the rest.
#include "collector/reprice/reprice_step.hpp"

#include "pricing/price_text.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour_length = 3'600'000;

// Under which series each cell of a day is summed up.
using StoredSeries = std::map<SumsCell, Series>;

TokenCounts tokens_of(const TokenCounts& columns, const RestMembers& beside) {
  return {.prompt = beside.count("prompt_tokens", columns.prompt),
          .completion = beside.count("completion_tokens", columns.completion),
          .total = beside.count("total_tokens", columns.total),
          .cached = beside.count("cached_tokens", columns.cached),
          .reasoning = beside.count("reasoning_tokens", columns.reasoning),
          .cache_write = beside.count("cache_write_tokens", columns.cache_write),
          .cache_write_1h = beside.count("cache_write_1h_tokens", columns.cache_write_1h)};
}

// First without the key, then without all but the status.
Series without_key(Series series, const Series& others) noexcept {
  series.app_key = others.app_key;
  return series;
}

Series without_words(const Series& series, const Series& others) noexcept {
  Series reduced = others;
  reduced.outcome_class += series.outcome_class % 8;
  return reduced;
}

Result<StoredSeries> stored_series(const SumsDeltas& days, const std::optional<Series>& others,
                                   const FindDays& find) {
  StoredSeries stored;
  std::vector<SumsCell> wanted;
  for (const auto& [cell, delta] : days) {
    stored.emplace(cell, cell.second);
    wanted.push_back(cell);
  }
  if (!others || wanted.empty()) return stored;
  const auto are_there = find(wanted);
  if (are_there.has_error()) return are_there.error();
  std::vector<SumsCell> missing, reduced;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if ((*are_there)[i]) continue;
    missing.push_back(wanted[i]);
    reduced.emplace_back(wanted[i].first, without_key(wanted[i].second, *others));
  }
  if (missing.empty()) return stored;
  const auto are_reduced = find(reduced);
  if (are_reduced.has_error()) return are_reduced.error();
  for (std::size_t i = 0; i < missing.size(); ++i)
    stored[missing[i]] =
        (*are_reduced)[i] ? reduced[i].second : without_words(missing[i].second, *others);
  return stored;
}

SumsDeltas moved(const SumsDeltas& deltas, bool is_by_hour, const StoredSeries& stored) {
  SumsDeltas there;
  for (const auto& [cell, delta] : deltas) {
    if (delta.nano_usd == 0 && delta.unpriced == 0) continue;
    const auto& [period, series] = cell;
    const std::int64_t day = is_by_hour ? day_of(period * hour_length) : period;
    SumsDelta& into = there[{period, stored.at({day, series})}];
    into.nano_usd += delta.nano_usd;
    into.unpriced += delta.unpriced;
  }
  return there;
}

}  // namespace

void RepriceStep::begin(std::int64_t price_id) {
  price_id_ = price_id;
  changes_.clear();
  hours_.clear();
  days_.clear();
}

void RepriceStep::look_at(const StoredBill& bill, RepriceTally& tally) {
  if (bill.time < query_.span.from || bill.time >= query_.span.to) return;
  const RestMembers beside(bill.rest);
  const std::string provider = beside.text("provider", bill.provider);
  const std::string model = beside.text("model", bill.model);
  if (!asks_for(query_, provider, model)) return;
  if (query_.is_only_unpriced && bill.nano_usd) return;
  const std::string tenant = beside.text("tenant", bill.tenant);
  const std::string request_model = beside.text("request_model", bill.request_model);
  const std::string target = beside.text("target", bill.target);
  const std::string service_tier = beside.text("service_tier", bill.service_tier);
  const BilledEvent event{.tenant = tenant,
                          .provider = provider,
                          .model = model,
                          .request_model = request_model,
                          .target = target,
                          .service_tier = service_tier,
                          .tokens = tokens_of(bill.tokens, beside),
                          .time = bill.time};
  const NewCost after = new_cost_of(*prices_, event);
  tally.add(provider, model, bill.nano_usd, after.nano_usd);
  const bool is_right = bill.price_id == price_id_ && bill.nano_usd == after.nano_usd;
  if (query_.is_dry || is_right) return;
  changes_.push_back({std::string(bill.place), after, rest_with_cost(bill.rest, after.is_assumed)});
  for (SumsDelta* each :
       {&hours_[{hour_of(bill.time), bill.series}], &days_[{day_of(bill.time), bill.series}]}) {
    each->nano_usd += after.nano_usd.value_or(0) - bill.nano_usd.value_or(0);
    each->unpriced += (after.nano_usd ? 0 : 1) - (bill.nano_usd ? 0 : 1);
  }
}

std::string RepriceStep::prices_text() const {
  pricing::PriceSettings settings;
  settings.prices.assign(prices_->all().begin(), prices_->all().end());
  settings.discounts.assign(prices_->discounts().begin(), prices_->discounts().end());
  return pricing::canonical_text(settings);
}

Result<StoredDeltas> stored_deltas(const RepriceStep& step, const std::optional<Series>& others,
                                   const FindDays& find) {
  const auto stored = stored_series(step.days(), others, find);
  if (stored.has_error()) return stored.error();
  return StoredDeltas{moved(step.hours(), true, *stored), moved(step.days(), false, *stored)};
}

}  // namespace llmgw::collector
