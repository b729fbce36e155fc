// SPDX-License-Identifier: MIT
// PURE: how likely Gemini's tokens were, in OpenAI's form.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::proxy {

/// `{"content":[...],"refusal":null}` of a `logprobsResult`; `null` where that tells none.
std::string chat_logprobs_of_gemini(std::string_view result);

}  // namespace llmgw::proxy
