// SPDX-License-Identifier: MIT
// PURE: why a model of Gemini stopped, in OpenAI's words.
#pragma once

#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// What native finish reasons of blocked prompts begin with; the provider's own word follows.
inline constexpr std::string_view blocked_prompt = "PROMPT_";

/// Whether a reason says that the model stopped.
bool is_gemini_finish(std::string_view reason) noexcept;

/// One of OpenAI's finish reasons. `has_calls`: this choice called a function, in whatever event.
std::string_view chat_finish_of_gemini(std::string_view reason, bool has_calls) noexcept;

/// Notes both words for that, and whether it was the request's limit.
void note_gemini_finish(std::string_view reason, bool has_calls, AnswerFacts& facts) noexcept;

}  // namespace llmgw::proxy
