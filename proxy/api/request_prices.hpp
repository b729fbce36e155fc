// SPDX-License-Identifier: MIT
// RequestPrices: what tokens of one request cost, at whoever may answer it.
#pragma once

#include "pricing/cost.hpp"
#include "proxy/route/route.hpp"
#include "proxy/upstream/upstreams.hpp"
#include "quota/demand.hpp"

namespace llmgw::proxy {

/// Lives for a call: all that it is made of outlives it.
class RequestPrices final : public quota::Prices {
 public:
  /// `upstreams`: with prices. `candidate`: the only one who may answer; null: those of `route`.
  /// `model`: as the client asks for it.
  RequestPrices(Upstreams& upstreams, const Candidate* candidate, const Route* route,
                std::string_view tenant, std::string_view model) noexcept
      : upstreams_(upstreams),
        candidate_(candidate),
        route_(route),
        tenant_(tenant),
        model_(model),
        day_(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())) {}

  /// At the dearest of them. Those whose price is not known do not count, and cost nothing where
  /// the settings say so; nothing: none is known.
  std::optional<quota::Units> cost(std::uint64_t input_tokens,
                                   std::uint64_t output_tokens) const override;
  /// At this one.
  std::optional<quota::Units> cost_at(std::size_t upstream, std::string_view model,
                                      std::uint64_t input_tokens,
                                      std::uint64_t output_tokens) const;

 private:
  Upstreams& upstreams_;
  const Candidate* const candidate_;
  const Route* const route_;
  const std::string_view tenant_;
  const std::string_view model_;
  const pricing::Day day_;
};

}  // namespace llmgw::proxy
