// SPDX-License-Identifier: MIT
// PURE: the messages of a conversation as Gemini's `systemInstruction` and `contents`.
#pragma once

#include <string>

#include "proxy/provider/chat/conversation.hpp"
#include "proxy/provider/gemini/request_terms.hpp"

namespace llmgw::proxy::gemini {

/// Appends `systemInstruction`, if there is a system message at the front with any text, to an
/// object that is open. False: rejected.
bool append_system_instruction(const chat::Conversation& conversation, chat::Losses& losses,
                               std::string& out);

/// Appends `contents`. False: rejected.
bool append_contents(const chat::Conversation& conversation, const GeminiRequestTerms& terms,
                     std::string& out);

}  // namespace llmgw::proxy::gemini
