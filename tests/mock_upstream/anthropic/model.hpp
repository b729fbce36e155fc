// SPDX-License-Identifier: MIT
// PURE: what Anthropic's models take, told by their names.
#pragma once

#include <cstddef>
#include <string_view>

namespace llmgw::mock::anthropic {

struct Model {
  std::size_t most_tokens = 128'000;
  bool sampling = true;  ///< temperature, top_p and top_k at will
  bool prefill = true;   ///< the last message may be the assistant's
  bool forced_tools = true;
  bool system_messages = true;  ///< inside `messages`
  bool budget_thinking = true;
  bool adaptive_thinking = true;
  bool high_efforts = true;
};

/// Names that are not Anthropic's are taken for servers that allow all of it.
Model model_of(std::string_view name) noexcept;

}  // namespace llmgw::mock::anthropic
