// SPDX-License-Identifier: MIT
// PURE: how much the model is to think: `thinking` and the effort of `output_config`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/provider/anthropic/traits.hpp"
#include "proxy/provider/chat/request.hpp"

namespace llmgw::proxy::anthropic {

/// What decides beside the client's wish.
struct ReasoningTerms {
  Traits traits;
  std::uint64_t max_tokens = 0;
  bool shows_reasoning = true;
  bool is_call_forced = false;
  bool lacks_thinking = false;  ///< see ConversationFacts
};

struct Reasoning {
  std::string thinking = {};     ///< an object; empty: none is sent
  std::string_view effort = {};  ///< empty: none is sent
  bool has_budget = false;       ///< thinking of the budget's form is on: bounds sampling
};

/// Names what is left out. A level that the model lacks is refused, never lowered.
Reasoning plan_reasoning(const chat::ChatRequest& request, const ReasoningTerms& terms,
                         chat::Losses& losses);

}  // namespace llmgw::proxy::anthropic
