// SPDX-License-Identifier: MIT
// By the table of the upstreams.
#include "proxy/api/request_prices.hpp"

#include <algorithm>
#include <functional>

namespace llmgw::proxy {

std::optional<quota::Units> RequestPrices::cost(std::uint64_t input_tokens,
                                                std::uint64_t output_tokens) const {
  std::optional<quota::Units> dearest;
  if (upstreams_.prices()->is_unpriced_free()) dearest = 0;
  const auto note = [&](const Candidate& candidate, std::string_view model) {
    const auto cost = cost_at(candidate.upstream, model, input_tokens, output_tokens);
    if (cost) dearest = std::max(dearest.value_or(0), *cost);
  };
  if (candidate_ != nullptr) {
    note(*candidate_, model_);
  } else {
    route_->for_each(std::cref(note));  // more than a function holds without memory of its own
  }
  return dearest;
}

std::optional<quota::Units> RequestPrices::cost_at(std::size_t upstream, std::string_view model,
                                                   std::uint64_t input_tokens,
                                                   std::uint64_t output_tokens) const {
  const Upstream& asked = upstreams_.at(upstream);
  return pricing::expected_cost(*upstreams_.prices(),
                                {.tenant = tenant_,
                                 .provider = {asked.name(), asked.dialect().name},
                                 .model = model.empty() ? model_ : model,
                                 .prompt_tokens = input_tokens,
                                 .output_tokens = output_tokens,
                                 .day = day_});
}

}  // namespace llmgw::proxy
