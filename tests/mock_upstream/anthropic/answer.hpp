// SPDX-License-Identifier: MIT
// PURE: Anthropic's answers that are not streamed, and what streams share with them.
#pragma once

#include <string>
#include <string_view>

#include "tests/mock_upstream/reply.hpp"

namespace llmgw::mock::anthropic {

inline constexpr std::string_view tool_id = "toolu_";

/// The Message object: with these blocks, and null where there is nothing yet.
Json message(const Call& call, Json content, Json stop_reason, Json usage);
/// Content blocks, whole.
Json text_block(std::string_view text);
Json thinking_block(const Call& call, const Reply& reply);
Json tool_block(const ToolUse& use, Json input);

std::string stop_reason(const Call& call, const Reply& reply);
/// Beside a refusal; null otherwise.
Json stop_details(const Call& call);

/// Usage of a whole answer, and the two parts of it that a stream has. Null: none.
Json whole_usage(const Call& call, const Reply& reply);
Json first_usage(const Call& call, const Reply& reply);
Json last_usage(const Call& call, const Reply& reply);

/// `POST /v1/messages`, `/v1/messages/count_tokens`.
std::string message_answer(const Call& call, const Reply& reply);
std::string count_answer(const Call& call);
/// `GET /v1/models` and, with an id, of one of them.
std::string model_answer(const std::string& id, const PageWish& page);

}  // namespace llmgw::mock::anthropic
