// SPDX-License-Identifier: MIT
// PURE: a whole answer of Gemini as a chat completion.
#pragma once

#include <optional>
#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// Nothing if `body` is no answer: it has neither candidates nor a reason why the prompt is
/// blocked.
std::optional<TranslatedAnswer> gemini_answer(std::string_view body, const AnswerTerms& terms);

}  // namespace llmgw::proxy
