// SPDX-License-Identifier: MIT
// PURE: what a provider itself says that one of its models takes.
#pragma once

#include <cstdint>
#include <optional>

namespace llmgw::proxy {

/// Levels of effort.
struct EffortFacts {
  std::optional<bool> low = {};
  std::optional<bool> medium = {};
  std::optional<bool> high = {};
  std::optional<bool> xhigh = {};
  std::optional<bool> max = {};

  friend bool operator==(const EffortFacts&, const EffortFacts&) = default;
};

/// Nothing: it does not say so.
struct ModelFacts {
  std::optional<std::uint64_t> max_output = {};  ///< tokens of an answer
  std::optional<bool> thinks = {};
  std::optional<bool> thinks_adaptively = {};   ///< decides itself how much
  std::optional<bool> takes_budget = {};        ///< is told how many tokens
  std::optional<bool> may_stop_thinking = {};   ///< thinking can be turned off
  std::optional<bool> has_output_schemas = {};  ///< answers by a JSON schema
  EffortFacts effort = {};

  friend bool operator==(const ModelFacts&, const ModelFacts&) = default;
};

}  // namespace llmgw::proxy
