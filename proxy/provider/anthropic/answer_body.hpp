// SPDX-License-Identifier: MIT
// PURE: a whole message of Anthropic as a chat completion.
#pragma once

#include <optional>
#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// Nothing if `body` is no message.
std::optional<TranslatedAnswer> anthropic_answer(std::string_view body, const AnswerTerms& terms);

}  // namespace llmgw::proxy
