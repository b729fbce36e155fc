// SPDX-License-Identifier: MIT
// Ids in a sorted tree: whoever chooses them cannot make it slow.
#include "proxy/provider/chat/calls.hpp"

#include <map>
#include <utility>

#include "proxy/provider/chat/path.hpp"

namespace llmgw::proxy::chat {
namespace {

class CallReader {
 public:
  CallReader(const ChatMessage& message, Losses& losses, std::vector<ChatCall>& calls) noexcept
      : message_(message), losses_(losses), calls_(calls) {}

  bool read(const MessageMembers& members) {
    if (!members.tool_calls.empty() && kind_of(members.tool_calls) != JsonKind::array)
      return losses_.reject(message_.path("tool_calls"), "has to be an array");
    JsonElements elements(members.tool_calls);
    for (std::string_view each; elements.next(each); ++place_) {
      if (!read_call(each)) return false;
    }
    if (members.function_call.empty()) return true;
    return read_function(members.function_call, "function_call", ChatCall{});
  }

 private:
  bool read_call(std::string_view element) {
    const std::string path = path_at("tool_calls", place_);
    const std::string_view type = member_of(element, "type");
    if (!is_nothing(type) && !is_string(type, "function"))
      return losses_.reject(message_.path(path + ".type"), "has to be function");
    const auto id = inside_of(member_of(element, "id"));
    if (!id || id->empty())
      return losses_.reject(message_.path(path + ".id"), "has to be a string, and not empty");
    const std::string_view mark = member_of(element, "cache_control");
    if (!is_nothing(mark) && kind_of(mark) != JsonKind::object)
      return losses_.reject(message_.path(path + ".cache_control"), "has to be an object");
    return read_function(member_of(element, "function"), path + ".function",
                         {.id = *id,
                          .name = {},
                          .arguments = {},
                          .object = element,
                          .cache_control = is_nothing(mark) ? std::string_view() : mark});
  }

  bool read_function(std::string_view function, std::string_view path, ChatCall call) {
    const auto name = inside_of(member_of(function, "name"));
    if (!name || name->empty())
      return losses_.reject(message_.path(std::string(path) + ".name"),
                            "has to be a string, and not empty");
    const std::string_view arguments = member_of(function, "arguments");
    if (!is_nothing(arguments) && !inside_of(arguments))
      return losses_.reject(message_.path(std::string(path) + ".arguments"), "has to be a string");
    call.name = *name;
    call.arguments = inside_of(arguments).value_or("");
    call.message = message_.index;
    call.place = place_;
    calls_.push_back(call);
    return true;
  }

  const ChatMessage& message_;
  Losses& losses_;
  std::vector<ChatCall>& calls_;
  std::uint32_t place_ = 0;
};

class Matcher {
 public:
  Matcher(std::span<const ChatCall> calls, Losses& losses, std::vector<const ChatMessage*>& results)
      : calls_(calls), losses_(losses), results_(results) {
    results_.assign(calls.size(), nullptr);
  }

  bool index() {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const ChatCall& call = calls_[i];
      if (call.id.empty()) continue;
      if (!by_id_.emplace(decoded(call.id), i).second)
        return losses_.reject(path_at("messages", call.message, path_at("tool_calls", call.place)),
                              "has the id of another call");
    }
    return true;
  }

  bool match(const ChatMessage& message) {
    return message.role == ChatRole::tool ? match_tool(message) : match_function(message);
  }

  bool is_complete() {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (results_[i] == nullptr) return losses_.reject(path(calls_[i]), "has no result");
    }
    return true;
  }

 private:
  static std::string path(const ChatCall& call) {
    const bool is_old = call.id.empty();
    return path_at("messages", call.message,
                   is_old ? "function_call" : path_at("tool_calls", call.place));
  }

  bool match_tool(const ChatMessage& message) {
    const auto id = inside_of(member_of(message.object, "tool_call_id"));
    if (!id) return losses_.reject(message.path("tool_call_id"), "has to be a string");
    const auto found = by_id_.find(decoded(*id));
    if (found == by_id_.end())
      return losses_.reject(message.path("tool_call_id"),
                            "names no call of the assistant's turn before it");
    if (results_[found->second] != nullptr)
      return losses_.reject(message.path("tool_call_id"), "names a call that has its result");
    results_[found->second] = &message;
    return true;
  }

  // The last call of that name that has no result yet.
  bool match_function(const ChatMessage& message) {
    const auto name = inside_of(member_of(message.object, "name"));
    if (!name) return losses_.reject(message.path("name"), "has to be a string");
    const std::string wanted = decoded(*name);
    for (std::size_t i = calls_.size(); i-- > 0;) {
      if (results_[i] != nullptr || !is_text(calls_[i].name, wanted)) continue;
      results_[i] = &message;
      return true;
    }
    return losses_.reject(message.path("name"), "names no call that waits for its result");
  }

  std::span<const ChatCall> calls_;
  Losses& losses_;
  std::vector<const ChatMessage*>& results_;
  std::map<std::string, std::size_t> by_id_;
};

}  // namespace

std::string ChatCall::path() const {
  const std::string function =
      id.empty() ? "function_call" : path_at("tool_calls", place, "function");
  return path_at("messages", message, function + ".arguments");
}

bool read_calls(const ChatMessage& message, Losses& losses, std::vector<ChatCall>& calls) {
  MessageMembers members;
  return read_members(message, losses, members) && CallReader(message, losses, calls).read(members);
}

bool match_results(std::span<const ChatCall> calls, std::span<const ChatMessage> messages,
                   Losses& losses, std::vector<const ChatMessage*>& results) {
  Matcher matcher(calls, losses, results);
  if (!matcher.index()) return false;
  for (const ChatMessage& each : messages) {
    if (is_result(each) && !matcher.match(each)) return false;
  }
  return matcher.is_complete();
}

}  // namespace llmgw::proxy::chat
