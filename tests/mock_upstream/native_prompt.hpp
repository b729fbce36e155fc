// SPDX-License-Identifier: MIT
// PURE: what the mock makes out in the requests of Anthropic and Gemini.
#pragma once

#include "tests/mock_upstream/json_access.hpp"
#include "tests/mock_upstream/prompt.hpp"

namespace llmgw::mock {

/// As read_prompt(): takes what has the form that is wanted and skips the rest.
Prompt read_messages_prompt(const Json& body);
/// Model and streaming are none of the body's.
Prompt read_contents_prompt(const Json& body);

}  // namespace llmgw::mock
