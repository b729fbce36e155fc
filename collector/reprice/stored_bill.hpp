// SPDX-License-Identifier: MIT
// PURE: StoredBill: what of a stored event its cost is by, from a row of any kind of store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "collector/store/rollup.hpp"
#include "common/event/metering_event.hpp"

namespace llmgw::collector {

/// A stored event as its columns have it: a text may be the beginning of what `rest` has whole.
struct StoredBill {
  std::string_view place = {};  ///< 16 bytes
  std::int64_t time = 0;        ///< milliseconds since 1970
  Series series = {};
  std::string tenant = {}, provider = {}, model = {};
  std::string request_model = {}, target = {}, service_tier = {};
  TokenCounts tokens = {};
  std::optional<std::int64_t> nano_usd = {}, price_id = {};
  std::string_view rest = {};  ///< members as JSON, without the braces
};

/// What is asked of the table of events, its columns having the same names in each kind of store.
inline constexpr std::string_view bill_columns =
    "event_id, ts, tenant, app_key, provider, model, request_model, target, service_tier, outcome, "
    "status_code, prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens, "
    "cache_write_tokens, cost_nano_usd, price_id, rest";

/// In that order.
enum class BillColumn : int {
  event_id,
  ts,
  tenant,
  app_key,
  provider,
  model,
  request_model,
  target,
  service_tier,
  outcome,
  status_code,
  prompt_tokens,
  completion_tokens,
  total_tokens,
  cached_tokens,
  reasoning_tokens,
  cache_write_tokens,
  cost_nano_usd,
  price_id,
  rest
};

/// `row`: has `number` of a column, nothing where that is null; `word`, the text that its number
/// stands for; and `bytes`, empty where it is null.
template <class Row>
StoredBill bill_of(const Row& row) {
  using enum BillColumn;
  const auto number = [&row](BillColumn column) { return row.number(column).value_or(0); };
  const auto count = [&row](BillColumn column) -> std::optional<std::uint64_t> {
    const std::optional<std::int64_t> found = row.number(column);
    if (!found) return std::nullopt;
    return static_cast<std::uint64_t>(*found);
  };
  return {
      .place = row.bytes(event_id),
      .time = number(ts),
      .series = {number(tenant), number(app_key), number(provider), number(model),
                 outcome_class(number(outcome), number(status_code))},
      .tenant = row.word(tenant),
      .provider = row.word(provider),
      .model = row.word(model),
      .request_model = row.word(request_model),
      .target = row.word(target),
      .service_tier = row.word(service_tier),
      .tokens = {.prompt = count(prompt_tokens),
                 .completion = count(completion_tokens),
                 .total = count(total_tokens),
                 .cached = count(cached_tokens),
                 .reasoning = count(reasoning_tokens),
                 .cache_write = count(cache_write_tokens)},
      .nano_usd = row.number(cost_nano_usd),
      .price_id = row.number(price_id),
      .rest = row.bytes(rest),
  };
}

}  // namespace llmgw::collector
