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

void note_anthropic_finish(std::string_view stop_reason, AnswerFacts& facts) noexcept {
  if (stop_reason.empty()) return;
  facts.native_finish_reason.assign(stop_reason);
  facts.finish_reason = chat_finish_of_anthropic(stop_reason);
  facts.is_at_max_tokens = stop_reason == "max_tokens";
}

// Results are called after their tools: `web_search_tool_result`.
SkippedKind skipped_anthropic_block(std::string_view kind) noexcept {
  if (kind.find("code_execution") != kind.npos) return SkippedKind::code_execution;
  const bool is_of_tool =
      kind == "server_tool_use" || kind == "mcp_tool_use" || kind.ends_with("_tool_result");
  return is_of_tool ? SkippedKind::server_tool : SkippedKind::other;
}

}  // namespace llmgw::proxy
