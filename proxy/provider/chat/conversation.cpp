// SPDX-License-Identifier: MIT
// Runs of messages, without any text of theirs.
#include "proxy/provider/chat/conversation.hpp"

#include <algorithm>
#include <utility>

#include "proxy/provider/chat/calls.hpp"
#include "proxy/provider/chat/path.hpp"

namespace llmgw::proxy::chat {
namespace {

std::optional<ChatRole> role_of(std::string_view role) {
  constexpr std::pair<std::string_view, ChatRole> roles[] = {
      {"user", ChatRole::user},        {"assistant", ChatRole::assistant},
      {"tool", ChatRole::tool},        {"system", ChatRole::system},
      {"developer", ChatRole::system}, {"function", ChatRole::function},
  };
  for (const auto& [name, known] : roles) {
    if (is_string(role, name)) return known;
  }
  return std::nullopt;
}

bool is_system(const ChatMessage& message) noexcept { return message.role == ChatRole::system; }
bool is_assistant(const ChatMessage& message) noexcept {
  return message.role == ChatRole::assistant;
}

}  // namespace

std::optional<Conversation> Conversation::read(std::string_view messages, Losses& losses) {
  Conversation conversation;
  std::vector<ChatMessage>& all = conversation.messages_;
  JsonElements elements(messages);
  for (std::string_view each; elements.next(each);) {
    const auto index = static_cast<std::uint32_t>(all.size());
    if (kind_of(each) != JsonKind::object) {
      losses.reject(path_at("messages", index), "has to be an object");
      return std::nullopt;
    }
    const auto role = role_of(member_of(each, "role"));
    if (!role) {
      losses.reject(path_at("messages", index, "role"), "is not a known role");
      return std::nullopt;
    }
    all.push_back({each, index, *role});
  }
  if (all.empty()) {
    losses.reject("messages", "has to hold a message");
    return std::nullopt;
  }
  const auto end = std::find_if_not(all.begin(), all.end(), is_system);
  conversation.system_size_ = static_cast<std::size_t>(end - all.begin());
  return conversation;
}

// Turns alternate, so that the calls are those of this turn or of the one before.
const ChatTurn* TurnReader::next() {
  if (rest_.empty() || losses_.is_rejected()) return nullptr;
  const bool is_read = is_assistant(rest_.front()) ? take_assistant() : take_others();
  return is_read ? &turn_ : nullptr;
}

std::span<const ChatMessage> TurnReader::take_run() noexcept {
  const bool is_assistants = is_assistant(rest_.front());
  const auto end = std::find_if(rest_.begin(), rest_.end(), [&](const ChatMessage& each) {
    return is_assistant(each) != is_assistants;
  });
  const auto run = rest_.first(static_cast<std::size_t>(end - rest_.begin()));
  rest_ = rest_.subspan(run.size());
  return run;
}

bool TurnReader::take_assistant() {
  calls_.clear();
  turn_ = {.is_assistant = true, .messages = take_run()};
  for (const ChatMessage& each : turn_.messages) {
    if (!read_calls(each, losses_, calls_)) return false;
  }
  turn_.calls = calls_;
  // Nothing follows that could answer them.
  return !is_last() || match_results(calls_, {}, losses_, results_);
}

bool TurnReader::take_others() {
  turn_ = {.messages = take_run(), .calls = calls_};
  if (!match_results(calls_, turn_.messages, losses_, results_)) return false;
  turn_.results = results_;
  return true;
}

}  // namespace llmgw::proxy::chat
