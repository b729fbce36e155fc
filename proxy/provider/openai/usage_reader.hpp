// SPDX-License-Identifier: MIT
// PURE: how OpenAI, and every server that speaks its dialect, reports usage.
#pragma once

#include "proxy/metering/usage_reader.hpp"

namespace llmgw::proxy {

/// Chat completions, completions and embeddings (`prompt_tokens`, ...) as well as the Responses,
/// audio and image APIs (`input_tokens`, ...), in `usage`, `response.usage`, `x_groq.usage` or
/// `choices[].usage`.
extern const UsageReader openai_usage_reader;

}  // namespace llmgw::proxy
