// SPDX-License-Identifier: MIT
// PURE: answers that are not streamed.
#pragma once

#include <string>
#include <string_view>

#include "tests/mock_upstream/call.hpp"

namespace llmgw::mock {

/// The body of a good answer.
std::string plain_answer(const Call& call);

/// The Response object of the Responses API; `status` is `completed` or `in_progress`, `output` its
/// items.
Json response_object(const Call& call, std::string_view status, Json output, Json usage);
/// Its one output item: a text, or the call of a tool.
Json response_message(const Call& call, std::string_view status, Json content);
Json function_call(const Call& call, std::string_view status, std::string_view arguments);

/// The request's first tool.
std::string tool_name(const Call& call);
/// The call of a tool in place of text.
Json tool_call(const Call& call, std::string_view arguments);
/// Its arguments, in ASCII so that they can be cut anywhere.
std::string tool_arguments(const Call& call);

/// `GET /v1/models`, and of one of them.
std::string model_list();
std::string model_entry(std::string_view id);

}  // namespace llmgw::mock
