// SPDX-License-Identifier: MIT
// PURE: the signatures by which Gemini's models know their own thoughts again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/provider/chat/conversation.hpp"

namespace llmgw::proxy::gemini {

/// What Google takes for a signature that was lost, at the cost of quality: the words
/// `skip_thought_signature_validator` in base64.
inline constexpr std::string_view stand_in_signature =
    "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";
/// The words themselves, for servers that take nothing else.
inline constexpr std::string_view plain_stand_in = "skip_thought_signature_validator";

/// Whether it can be one: base64 that nobody has cut.
bool is_thought_signature(std::string_view text);

/// `extra_content.google.thought_signature` of a call, which is to go out to the byte. Nothing if
/// there is none, and for one that is no base64 or was cut, which counts as lost.
std::optional<std::string> thought_signature_of(const chat::ChatCall& call);

}  // namespace llmgw::proxy::gemini
