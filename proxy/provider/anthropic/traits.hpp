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
  bool has_effort_low = true;    ///< of `output_config.effort`
  bool has_effort_medium = true;
  bool has_effort_high = true;
  bool has_effort_xhigh = true;
  bool has_effort_max = true;
  bool may_stop_thinking = true;   ///< takes thinking that is `disabled`
  bool has_output_schemas = true;  ///< takes a JSON schema for its answer
  bool has_system_turns = false;   ///< takes system messages between the others
};

/// What is known of the name, with all that the provider says put over it, and over that what the
/// settings say. Models that nobody knows are taken for the newest.
Traits traits_of(const TranslationTarget& target) noexcept;

/// `*` stands for any bytes, or none.
bool matches_name(std::string_view name, std::string_view pattern) noexcept;

}  // namespace llmgw::proxy::anthropic
