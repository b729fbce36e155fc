// SPDX-License-Identifier: MIT
// PURE: a conversation as a leading run of system messages and turns that alternate: the
// assistant's, and everybody else's between two of those.
//
//   const auto conversation = Conversation::read(request[ChatParam::messages], losses);
//   if (!conversation) return ...;
//   for (const ChatMessage& each : conversation->system()) ...
//   TurnReader turns(*conversation, losses);
//   while (const ChatTurn* const turn = turns.next()) ...
//   if (losses.is_rejected()) return ...;
//
// What a dialect writes of a turn may be nothing (all of its messages are empty); its neighbours
// are then of equal role and become one on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "proxy/provider/chat/losses.hpp"
#include "proxy/provider/chat/message.hpp"

namespace llmgw::proxy::chat {

/// A call that the assistant made. Insides of strings.
struct ChatCall {
  std::string_view id;         ///< empty: a `function_call` of old
  std::string_view name;       ///< not empty
  std::string_view arguments;  ///< see arguments.hpp
  std::string_view object;     ///< the element of `tool_calls`, for extensions; as it is written
  std::string_view cache_control = {};  ///< extension; as it is written; empty: none
  std::uint32_t message = 0;            ///< index of the message that made it
  std::uint32_t place = 0;              ///< in its `tool_calls`

  /// Of its arguments.
  std::string path() const;
};

struct ChatTurn {
  bool is_assistant = false;
  /// In order. Of others: among them are those with results.
  std::span<const ChatMessage> messages = {};
  /// Of the assistant: what this turn calls. Of others: what the assistant's turn before called.
  std::span<const ChatCall> calls = {};
  /// Of others: the message with the result of each call, in the order of the calls. They go
  /// first, and each of them once; the messages that are not is_result() follow, in order.
  std::span<const ChatMessage* const> results = {};
};

constexpr bool is_result(const ChatMessage& message) noexcept {
  return message.role == ChatRole::tool || message.role == ChatRole::function;
}

class Conversation {
 public:
  /// `messages`: the request's array; outlives the result. Nothing: rejected.
  static std::optional<Conversation> read(std::string_view messages, Losses& losses);

  /// The run of system messages at the front.
  std::span<const ChatMessage> system() const noexcept {
    return std::span(messages_).first(system_size_);
  }
  /// All that follow.
  std::span<const ChatMessage> rest() const noexcept {
    return std::span(messages_).subspan(system_size_);
  }

 private:
  std::vector<ChatMessage> messages_;
  std::size_t system_size_ = 0;
};

/// Takes the rest of a conversation turn by turn and matches results to calls.
class TurnReader {
 public:
  /// Both outlive this.
  TurnReader(const Conversation& conversation, Losses& losses) noexcept
      : rest_(conversation.rest()), losses_(losses) {}

  /// Good until the next call. Null: there are no more, or one was rejected.
  const ChatTurn* next();
  /// The turn that next() has given is the last one.
  bool is_last() const noexcept { return rest_.empty(); }

 private:
  std::span<const ChatMessage> take_run() noexcept;
  bool take_assistant();
  bool take_others();

  std::span<const ChatMessage> rest_;
  Losses& losses_;
  ChatTurn turn_;
  std::vector<ChatCall> calls_;
  std::vector<const ChatMessage*> results_;
};

}  // namespace llmgw::proxy::chat
