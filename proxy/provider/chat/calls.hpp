// SPDX-License-Identifier: MIT
// PURE: the calls of an assistant's turn, and whose result is whose.
#pragma once

#include <span>
#include <vector>

#include "proxy/provider/chat/conversation.hpp"

namespace llmgw::proxy::chat {

/// Appends the calls of one message. False: rejected.
bool read_calls(const ChatMessage& message, Losses& losses, std::vector<ChatCall>& calls);

/// Fills `results` with the message that answers each call. False: rejected, which a call without a
/// result is, and a result without a call, or a second one.
bool match_results(std::span<const ChatCall> calls, std::span<const ChatMessage> messages,
                   Losses& losses, std::vector<const ChatMessage*>& results);

}  // namespace llmgw::proxy::chat
