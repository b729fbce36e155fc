// SPDX-License-Identifier: MIT
// PURE: Demand: what a request will take, as far as that can be known before its answer.
#pragma once

#include <cstdint>
#include <optional>

#include "quota/limit_rule.hpp"

namespace llmgw::quota {

/// What so many tokens of a model cost at its provider, for this exchange. Nothing: that has no
/// price.
class Prices {
 public:
  virtual std::optional<Units> cost(std::uint64_t input_tokens,
                                    std::uint64_t output_tokens) const = 0;

 protected:
  ~Prices() = default;
};

struct Demand {
  std::uint64_t input_tokens = 0;                ///< by the bytes of its body
  std::uint64_t output_tokens = 0;               ///< of one answer, by those before it
  std::optional<std::uint64_t> max_tokens = {};  ///< of one answer, where the request says so
  std::uint64_t answers = 1;                     ///< that it asks for
  const Prices* prices = nullptr;                ///< null: there are none
};

/// What was taken after all.
struct Actual {
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::optional<Units> cost = {};  ///< nothing: as was reserved
  bool is_sent = true;             ///< the upstream has, or may have, some byte of the request
};

/// What the rule takes beforehand; nothing where it is about money and there is no price.
std::optional<Units> reserved_units(const LimitRule& rule, const Demand& demand);

/// What it takes in the end; `reserved`: what it took beforehand.
Units actual_units(const LimitRule& rule, const Actual& actual, Units reserved) noexcept;

}  // namespace llmgw::quota
