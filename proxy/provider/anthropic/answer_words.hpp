// SPDX-License-Identifier: MIT
// PURE: why a model of Anthropic stopped, in OpenAI's words.
#pragma once

#include <string_view>

namespace llmgw::proxy {

/// One of OpenAI's finish reasons; `stop` for words that are not known.
std::string_view chat_finish_of_anthropic(std::string_view stop_reason) noexcept;

}  // namespace llmgw::proxy
