// SPDX-License-Identifier: MIT
// PURE: what Anthropic's models take, by their names, where neither the configuration nor the
// provider says it.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::anthropic {

struct Traits {
  std::uint64_t max_output = 0;  ///< tokens; the largest `max_tokens` that is legal; 0: not known
  ReasoningForm reasoning = ReasoningForm::adaptive;
  bool has_sampling = false;     ///< takes temperature, top_p, top_k
  bool has_forced_tools = true;  ///< takes a choice that forces a call
  bool has_effort_xhigh = true;  ///< of `output_config.effort`
  bool has_effort_max = true;
  bool has_system_turns = false;  ///< takes system messages between the others
};

/// What is known of the name, with all that the target says put over it. Models that nobody knows
/// are taken for the newest.
Traits traits_of(const TranslationTarget& target) noexcept;

/// `*` stands for any bytes, or none.
bool matches_name(std::string_view name, std::string_view pattern) noexcept;

}  // namespace llmgw::proxy::anthropic
