// SPDX-License-Identifier: MIT
// PURE: a request to /v1/chat/completions as one to Gemini's generateContent.
#pragma once

#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// `body`: whole. What the conversation grows by comes last, so that the request of the next turn
/// begins with the bytes of this one. Which model it is for, and whether it streams, is said by the
/// path. Takes time and memory in proportion to the body.
RequestTranslation translate_to_gemini(std::string_view body, const TranslationTarget& target);

}  // namespace llmgw::proxy
