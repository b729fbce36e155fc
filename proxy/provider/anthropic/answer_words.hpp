// SPDX-License-Identifier: MIT
// PURE: why a model of Anthropic stopped, in OpenAI's words, and for what OpenAI has none.
#pragma once

#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// One of OpenAI's finish reasons; `stop` for words that are not known.
std::string_view chat_finish_of_anthropic(std::string_view stop_reason) noexcept;

/// Notes both words for that, and whether it was the request's limit.
void note_anthropic_finish(std::string_view stop_reason, AnswerFacts& facts) noexcept;

/// What a kind of block is that no chat completion has.
SkippedKind skipped_anthropic_block(std::string_view kind) noexcept;

}  // namespace llmgw::proxy
