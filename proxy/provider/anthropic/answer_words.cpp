// SPDX-License-Identifier: MIT
// OpenAI's set of words is closed, Anthropic's grows.
#include "proxy/provider/anthropic/answer_words.hpp"

namespace llmgw::proxy {

std::string_view chat_finish_of_anthropic(std::string_view stop_reason) noexcept {
  if (stop_reason == "tool_use") return "tool_calls";
  if (stop_reason == "max_tokens" || stop_reason == "model_context_window_exceeded")
    return "length";
  if (stop_reason == "refusal") return "content_filter";
  return "stop";
}

}  // namespace llmgw::proxy
