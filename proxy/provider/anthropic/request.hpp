// SPDX-License-Identifier: MIT
// PURE: a chat completion's request as one to Anthropic's Messages (`anthropic-version`
// 2023-06-01).
#pragma once

#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// `body`: whole. Every member of it is carried over, named in `dropped`, or refused. The same
/// body and target yield the same bytes. JSON text is copied, never printed anew. Works in one
/// pass over each level and needs no more memory than both bodies and a few words a message.
RequestTranslation translate_to_anthropic(std::string_view body, const TranslationTarget& target);

}  // namespace llmgw::proxy
