// SPDX-License-Identifier: MIT
// PURE: definitions of tools as the models are told of them, which is what they are billed for.
#pragma once

#include <string_view>

#include "proxy/tokens/counter.hpp"

namespace llmgw::proxy {

/// Adds the definitions as the text of a TypeScript namespace. `tools`: the array of a request, of
/// tools that have a `function`, or of what would stand there (`functions` of old, and tools of the
/// Responses API). Whatever is no function is left out. Returns whether all were functions that the
/// text is known for: types that are not are written as `any`.
bool add_tool_text(TokenCounter& counter, std::string_view tools);

}  // namespace llmgw::proxy
