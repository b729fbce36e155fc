// SPDX-License-Identifier: MIT
// Turn by turn: results first, each in one block; then everything else in its order.
#include "proxy/provider/anthropic/messages.hpp"

#include "proxy/provider/anthropic/call_id.hpp"
#include "proxy/provider/anthropic/media.hpp"
#include "proxy/provider/anthropic/thinking_blocks.hpp"
#include "proxy/provider/chat/arguments.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/object_writer.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::ChatCall;
using chat::ChatMessage;
using chat::ChatPart;
using chat::ChatRole;
using chat::ChatTurn;
using chat::Losses;
using chat::MessageMembers;
using chat::ObjectWriter;

// A call of old has no id; the place of its message does not change as the conversation goes on.
std::string id_of(const ChatCall& call) {
  if (call.id.empty()) return "call_" + std::to_string(call.message);
  return call_id_of(chat::decoded(call.id));
}

class Writer {
 public:
  Writer(Losses& losses, CacheMarks& marks, std::string& out) noexcept
      : losses_(losses), marks_(marks), out_(out), blocks_(out, marks) {}

  BlockWriter& blocks() noexcept { return blocks_; }

  // Text alone, of the system and the assistant; else media too.
  bool write_message(const ChatMessage& message) {
    MessageMembers members;
    if (!chat::read_members(message, losses_, members)) return false;
    const std::size_t before = blocks_.count();
    const bool is_written = write_content(message, members.content, blocks_);
    blocks_.mark_last(members.cache_control, before);
    return is_written;
  }

  bool write_assistant(const ChatMessage& message, std::span<const ChatCall>& calls,
                       bool& has_thinking) {
    MessageMembers members;
    // Losses were named when its calls were read, and each is named once.
    if (!chat::read_members(message, losses_, members)) return false;
    const std::size_t before = blocks_.count();
    if (!members.thinking_blocks.empty()) {
      const std::string_view reasoning = chat::member_of(message.object, "reasoning_content");
      has_thinking |= write_thinking_blocks(members.thinking_blocks, reasoning, losses_, blocks_);
    }
    if (!write_content(message, members.content, blocks_)) return false;
    blocks_.text(chat::inside_of(members.refusal).value_or(""));
    for (; !calls.empty() && calls.front().message == message.index; calls = calls.subspan(1)) {
      if (!write_call(calls.front())) return false;
    }
    blocks_.mark_last(members.cache_control, before);
    return true;
  }

  bool write_result(const ChatMessage& message, const ChatCall& call) {
    MessageMembers members;
    if (!chat::read_members(message, losses_, members)) return false;
    ObjectWriter block(blocks_.begin());
    block.text("type", "tool_result");
    block.text("tool_use_id", id_of(call));
    if (!write_result_content(message, members.content, block)) return false;
    blocks_.end(members.cache_control, false);
    return true;
  }

 private:
  static bool takes_media(const ChatMessage& message) noexcept {
    return message.role != ChatRole::system && message.role != ChatRole::assistant;
  }

  bool write_content(const ChatMessage& message, std::string_view content, BlockWriter& blocks) {
    return chat::each_part(message, content, losses_, [&](const ChatPart& part) {
      if (part.kind != chat::PartKind::text && !takes_media(message))
        return losses_.reject(part.path, "cannot be carried over in a message of this role");
      return write_part(part, losses_, blocks);
    });
  }

  // A string stays one; a result may be empty.
  bool write_result_content(const ChatMessage& message, std::string_view content,
                            ObjectWriter& block) {
    if (const auto text = chat::inside_of(content)) {
      if (!chat::is_blank(*text)) block.text("content", *text);
      return true;
    }
    const std::size_t before = out_.size();
    block.key("content") += '[';
    BlockWriter inner(out_, marks_);
    if (!write_content(message, content, inner)) return false;
    if (inner.count() == 0) {
      out_.resize(before);
    } else {
      out_ += ']';
    }
    return true;
  }

  bool write_call(const ChatCall& call) {
    ObjectWriter block(blocks_.begin());
    block.text("type", "tool_use");
    block.text("id", id_of(call));
    block.text("name", call.name);
    if (!chat::append_arguments(call.arguments, block.key("input")))
      return losses_.reject(call.path(), "has to be one JSON object");
    blocks_.end(call.cache_control, false);
    return true;
  }

  Losses& losses_;
  CacheMarks& marks_;
  std::string& out_;
  BlockWriter blocks_;
};

bool write_assistants(const ChatTurn& turn, Writer& writer, ConversationFacts& facts) {
  writer.blocks().turn_to(TurnRole::assistant);
  std::span<const ChatCall> calls = turn.calls;
  bool has_thinking = false;
  for (const ChatMessage& each : turn.messages) {
    if (!writer.write_assistant(each, calls, has_thinking)) return false;
  }
  facts.lacks_thinking = !turn.calls.empty() && !has_thinking;
  return true;
}

// A system message right behind the assistant has no turn of the user that it could follow.
TurnRole role_of(const ChatMessage& message, const BlockWriter& blocks, bool has_system_turns) {
  const bool follows_user = blocks.role() == TurnRole::user || blocks.role() == TurnRole::system;
  const bool stays = message.role == ChatRole::system && has_system_turns && follows_user;
  return stays ? TurnRole::system : TurnRole::user;
}

bool write_others(const ChatTurn& turn, bool has_system_turns, Writer& writer) {
  writer.blocks().turn_to(TurnRole::user);
  for (std::size_t i = 0; i < turn.results.size(); ++i) {
    if (!writer.write_result(*turn.results[i], turn.calls[i])) return false;
  }
  for (const ChatMessage& each : turn.messages) {
    if (chat::is_result(each)) continue;
    writer.blocks().turn_to(role_of(each, writer.blocks(), has_system_turns));
    if (!writer.write_message(each)) return false;
  }
  return true;
}

}  // namespace

bool append_system(const chat::Conversation& conversation, Losses& losses, CacheMarks& marks,
                   std::string& out) {
  const std::size_t before = out.size();
  out += '[';
  Writer writer(losses, marks, out);
  for (const ChatMessage& each : conversation.system()) {
    if (!writer.write_message(each)) return false;
  }
  if (writer.blocks().count() == 0) {
    out.resize(before);
  } else {
    out += ']';
  }
  return true;
}

bool append_messages(const chat::Conversation& conversation, bool has_system_turns, Losses& losses,
                     CacheMarks& marks, ConversationFacts& facts, std::string& out) {
  out += '[';
  Writer writer(losses, marks, out);
  chat::TurnReader turns(conversation, losses);
  while (const ChatTurn* const turn = turns.next()) {
    const bool is_written = turn->is_assistant ? write_assistants(*turn, writer, facts)
                                               : write_others(*turn, has_system_turns, writer);
    if (!is_written) return false;
  }
  if (losses.is_rejected()) return false;
  if (writer.blocks().count() == 0) return losses.reject("messages", "hold nothing but empty text");
  writer.blocks().trim_last_text();
  writer.blocks().close();
  out += ']';
  return true;
}

}  // namespace llmgw::proxy::anthropic
