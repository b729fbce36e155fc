// SPDX-License-Identifier: MIT
// OpenAI's set of words is closed, Gemini's grows.
#include "proxy/provider/gemini/answer_words.hpp"

#include <algorithm>
#include <array>

namespace llmgw::proxy {
namespace {

constexpr std::array<std::string_view, 9> filtered{"SAFETY",
                                                   "RECITATION",
                                                   "BLOCKLIST",
                                                   "PROHIBITED_CONTENT",
                                                   "SPII",
                                                   "IMAGE_SAFETY",
                                                   "IMAGE_PROHIBITED_CONTENT",
                                                   "IMAGE_RECITATION",
                                                   "MODEL_ARMOR"};

}  // namespace

bool is_gemini_finish(std::string_view reason) noexcept {
  return !reason.empty() && reason != "FINISH_REASON_UNSPECIFIED";
}

std::string_view chat_finish_of_gemini(std::string_view reason, bool has_calls) noexcept {
  if (reason == "STOP") return has_calls ? "tool_calls" : "stop";
  if (reason == "MAX_TOKENS" || reason == "CONTINUATION") return "length";
  const bool is_filtered =
      reason.starts_with(blocked_prompt) || std::ranges::find(filtered, reason) != filtered.end();
  return is_filtered ? "content_filter" : "stop";
}

void note_gemini_finish(std::string_view reason, bool has_calls, AnswerFacts& facts) noexcept {
  if (reason.empty()) return;
  facts.native_finish_reason.assign(reason);
  facts.finish_reason = chat_finish_of_gemini(reason, has_calls);
  facts.is_at_max_tokens = reason == "MAX_TOKENS";
}

}  // namespace llmgw::proxy
