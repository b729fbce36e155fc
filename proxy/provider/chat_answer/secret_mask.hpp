// SPDX-License-Identifier: MIT
// PURE: keys that a provider repeats in its messages.
#pragma once

#include <string>

namespace llmgw::proxy::chat_answer {

/// Puts `***` in place of what looks like a key: what follows `Bearer`, `sk-`, `AIza` and the like.
void mask_secrets(std::string& text);

}  // namespace llmgw::proxy::chat_answer
