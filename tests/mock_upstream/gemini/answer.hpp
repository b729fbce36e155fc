// SPDX-License-Identifier: MIT
// PURE: Gemini's answers, whole and streamed.
#pragma once

#include <string>

#include "tests/mock_upstream/reply.hpp"
#include "tests/mock_upstream/stream_script.hpp"

namespace llmgw::mock::gemini {

inline constexpr std::string_view call_id = "call-";

/// `:generateContent`, `:countTokens`.
std::string content_answer(const Call& call, const Reply& reply);
std::string count_answer(const Call& call);
/// `GET /v1beta/models` and, with a name, of one of them.
std::string model_answer(const std::string& name, const PageWish& page);

/// `:streamGenerateContent`, as events or one array, whichever the call asks for.
StreamScript script(const Call& call, const Reply& reply);

// What both forms share.

/// The parts of the reasoning, one for each piece, the last one signed.
Json thought_part(const Reply& reply, std::size_t index);
/// Signed if it is the first one.
Json call_part(const Call& call, const ToolUse& use, bool first);
std::string finish_reason(const Call& call);
/// Null: none.
Json usage_metadata(const Call& call, const Tokens& tokens);
/// One GenerateContentResponse, with the candidate as often as was asked for; null: none.
Json response(const Call& call, Json candidate, Json usage);
/// Parts as those of the model's turn, with what ends it (empty: nothing yet).
Json candidate(Json parts, const std::string& finish);
/// The candidate's or the prompt's: a blocked one has no candidates.
Json blocked_response(const Call& call, const Tokens& tokens);

/// What the signature of a call is made of.
std::string signed_text(const Json& function_call);

}  // namespace llmgw::mock::gemini
