// SPDX-License-Identifier: MIT
// PURE: the conversation as `system` and `messages`.
#pragma once

#include <string>
#include <string_view>

#include "proxy/provider/anthropic/cache_marks.hpp"
#include "proxy/provider/chat/conversation.hpp"

namespace llmgw::proxy::anthropic {

/// What the rest of a request has to know of its conversation.
struct ConversationFacts {
  /// The last turn of the assistant has calls and no block of thinking, which the API demands of it
  /// while thinking has a budget.
  bool lacks_thinking = false;
};

/// Appends an array of blocks; nothing at all if there are none. False: rejected.
bool append_system(const chat::Conversation& conversation, chat::Losses& losses, CacheMarks& marks,
                   std::string& out);

/// Appends an array of turns. `has_system_turns`: system messages between the others stay such
/// where a turn of the user is before them; else they are text of the user's turn. False: rejected.
bool append_messages(const chat::Conversation& conversation, bool has_system_turns,
                     chat::Losses& losses, CacheMarks& marks, ConversationFacts& facts,
                     std::string& out);

}  // namespace llmgw::proxy::anthropic
