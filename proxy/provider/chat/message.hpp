// SPDX-License-Identifier: MIT
// PURE: one message of a conversation: whose it is, what it consists of, and the parts of its
// content.
//
//   MessageMembers members;
//   if (!read_members(message, losses, members)) return false;
//   const bool is_read = each_part(message, members.content, losses, [&](const ChatPart& part) {
//     ...
//     return true;  // go on
//   });
//
// What both dialects leave out is named in `losses` here and nowhere else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/losses.hpp"

namespace llmgw::proxy::chat {

enum class ChatRole : std::uint8_t {
  system,  ///< or developer
  user,
  assistant,
  tool,
  function,  ///< a tool of old, whose call has no id
};

struct ChatMessage {
  std::string_view object;  ///< as it is written
  std::uint32_t index = 0;  ///< in `messages`
  ChatRole role = ChatRole::user;

  /// `messages[index]`, or a place within.
  std::string path(std::string_view rest = {}) const;
};

/// Values as they are written; empty: absent or null.
struct MessageMembers {
  std::string_view content;
  std::string_view refusal;
  std::string_view name;
  std::string_view tool_calls;
  std::string_view function_call;
  std::string_view tool_call_id;
  std::string_view thinking_blocks;  ///< extension
  std::string_view cache_control;    ///< extension
};

/// Reads a message without what lies in its members. Names members that nobody knows, and those
/// that mean nothing in a message of its role, as a speaker's `name`. False: rejected.
bool read_members(const ChatMessage& message, Losses& losses, MessageMembers& members);

enum class PartKind : std::uint8_t { text, image, audio, file };

struct ChatPart {
  PartKind kind = PartKind::text;
  /// Of text (also of a refusal): the inside of its string, which may be empty. Content that is one
  /// string is one such part.
  std::string_view text = {};
  /// The part's own object: of `image_url`, `input_audio` or `file`. As it is written.
  std::string_view media = {};
  std::string_view cache_control = {};  ///< extension; as it is written; empty: none
  bool has_breakpoint = false;          ///< `prompt_cache_breakpoint`
  std::string path = {};                ///< `messages[1].content[0]`
};

/// Reads one element of an array of content. False: rejected.
bool read_part(std::string_view element, std::string path, Losses& losses, ChatPart& part);

/// Whether content is a string, an array, or nothing. False: rejected.
bool check_content(const ChatMessage& message, std::string_view content, Losses& losses);

/// Shows the parts of a message's content to `take`, in order, until that returns false. False if
/// it did, or if content is rejected.
template <class Take>
bool each_part(const ChatMessage& message, std::string_view content, Losses& losses, Take take) {
  if (!check_content(message, content, losses)) return false;
  if (const auto text = inside_of(content)) {
    return take(ChatPart{.text = *text, .path = message.path("content")});
  }
  JsonElements elements(content);
  std::size_t index = 0;
  for (std::string_view each; elements.next(each); ++index) {
    ChatPart part;
    std::string path = message.path("content[" + std::to_string(index) + "]");
    if (!read_part(each, std::move(path), losses, part) || !take(part)) return false;
  }
  return true;
}

}  // namespace llmgw::proxy::chat
