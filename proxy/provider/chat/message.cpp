// SPDX-License-Identifier: MIT
// Members by their names; what is not known is named.
#include "proxy/provider/chat/message.hpp"

#include <utility>

#include "proxy/provider/chat/path.hpp"

namespace llmgw::proxy::chat {
namespace {

constexpr std::string_view needs_string = "has to be a string";

// Members that go without saying: what an answer holds beside its text, which no model reads.
constexpr std::string_view passed_over[] = {
    "role", "reasoning_content", "reasoning", "extra_content", "images", "annotations"};

bool is_passed_over(std::string_view key) {
  for (const std::string_view each : passed_over) {
    if (is_text(key, each)) return true;
  }
  return false;
}

std::string_view* place_of(std::string_view key, MessageMembers& members) {
  const std::pair<std::string_view, std::string_view*> places[] = {
      {"content", &members.content},
      {"refusal", &members.refusal},
      {"name", &members.name},
      {"tool_calls", &members.tool_calls},
      {"function_call", &members.function_call},
      {"tool_call_id", &members.tool_call_id},
      {"thinking_blocks", &members.thinking_blocks},
      {"cache_control", &members.cache_control},
  };
  for (const auto& [name, place] : places) {
    if (is_text(key, name)) return place;
  }
  return nullptr;
}

// Members that have no meaning in a message of that role.
void name_misplaced(const ChatMessage& message, Losses& losses, const MessageMembers& members) {
  struct Rule {
    std::string_view name;
    std::string_view value;
    bool is_in_place;
  };
  const bool is_assistant = message.role == ChatRole::assistant;
  const Rule rules[] = {
      {"messages.name", members.name, message.role == ChatRole::function},
      {"messages.refusal", members.refusal, is_assistant},
      {"messages.tool_calls", members.tool_calls, is_assistant},
      {"messages.function_call", members.function_call, is_assistant},
      {"thinking_blocks", members.thinking_blocks, is_assistant},
      {"messages.tool_call_id", members.tool_call_id, message.role == ChatRole::tool},
  };
  for (const Rule& each : rules) {
    if (!each.is_in_place && !is_vacant(each.value)) losses.drop(each.name);
  }
}

bool check(const ChatMessage& message, Losses& losses, const MessageMembers& members) {
  const std::pair<std::string_view, std::string_view> strings[] = {
      {"refusal", members.refusal},
      {"name", members.name},
      {"tool_call_id", members.tool_call_id},
  };
  for (const auto& [name, value] : strings) {
    if (!value.empty() && !inside_of(value)) return losses.reject(message.path(name), needs_string);
  }
  if (!members.cache_control.empty() && kind_of(members.cache_control) != JsonKind::object)
    return losses.reject(message.path("cache_control"), "has to be an object");
  return true;
}

struct PartType {
  std::string_view name;  // of the type, and of the member that holds the part
  PartKind kind;
};
constexpr PartType media_types[] = {
    {"image_url", PartKind::image},
    {"input_audio", PartKind::audio},
    {"file", PartKind::file},
};
constexpr PartType text_types[] = {
    {"text", PartKind::text},
    {"refusal", PartKind::text},
};

const PartType* type_of(std::string_view type) {
  for (const PartType& each : text_types) {
    if (is_string(type, each.name)) return &each;
  }
  for (const PartType& each : media_types) {
    if (is_string(type, each.name)) return &each;
  }
  return nullptr;
}

// `value`: the member that is named like the type.
bool take_value(const PartType& type, std::string_view value, Losses& losses, ChatPart& part) {
  const auto at = [&] { return part.path + "." + std::string(type.name); };
  part.kind = type.kind;
  if (type.kind == PartKind::text) {
    const auto text = inside_of(value);
    if (!text) return losses.reject(at(), needs_string);
    part.text = *text;
    return true;
  }
  if (!is_kind(value, JsonKind::object)) return losses.reject(at(), "has to be an object");
  part.media = value;
  return true;
}

bool take_marks(std::string_view element, Losses& losses, ChatPart& part) {
  const std::string_view mark = member_of(element, "cache_control");
  if (!is_nothing(mark)) {
    if (kind_of(mark) != JsonKind::object)
      return losses.reject(part.path + ".cache_control", "has to be an object");
    part.cache_control = mark;
  }
  const std::string_view breakpoint = member_of(element, "prompt_cache_breakpoint");
  part.has_breakpoint = is_string(member_of(breakpoint, "mode"), "explicit");
  if (!is_nothing(breakpoint) && !part.has_breakpoint) losses.drop("prompt_cache_breakpoint");
  return true;
}

void name_unknown(std::string_view element, const PartType& type, Losses& losses) {
  JsonMembers members(element);
  for (JsonMember each; members.next(each);) {
    const bool is_known = is_text(each.key, "type") || is_text(each.key, type.name) ||
                          is_text(each.key, "cache_control") ||
                          is_text(each.key, "prompt_cache_breakpoint");
    if (!is_known && !is_vacant(each.value)) losses.drop_unknown("messages.content.", each.key);
  }
}

}  // namespace

std::string ChatMessage::path(std::string_view rest) const {
  return path_at("messages", index, rest);
}

bool read_members(const ChatMessage& message, Losses& losses, MessageMembers& members) {
  JsonMembers all(message.object);
  for (JsonMember each; all.next(each);) {
    std::string_view* const place = place_of(each.key, members);
    if (place != nullptr) {
      *place = is_nothing(each.value) ? std::string_view() : each.value;
      continue;
    }
    if (is_vacant(each.value) || is_passed_over(each.key)) continue;
    if (is_text(each.key, "audio"))
      return losses.reject(message.path("audio"), "cannot be carried over to this provider");
    losses.drop_unknown("messages.", each.key);
  }
  name_misplaced(message, losses, members);
  return check(message, losses, members);
}

bool check_content(const ChatMessage& message, std::string_view content, Losses& losses) {
  if (content.empty() || inside_of(content) || kind_of(content) == JsonKind::array) return true;
  return losses.reject(message.path("content"), "has to be a string or an array of parts");
}

bool read_part(std::string_view element, std::string path, Losses& losses, ChatPart& part) {
  part.path = std::move(path);
  if (kind_of(element) != JsonKind::object) return losses.reject(part.path, "has to be an object");
  const PartType* const type = type_of(member_of(element, "type"));
  if (type == nullptr) return losses.reject(part.path + ".type", "is not a known type of part");
  name_unknown(element, *type, losses);
  return take_value(*type, member_of(element, type->name), losses, part) &&
         take_marks(element, losses, part);
}

}  // namespace llmgw::proxy::chat
