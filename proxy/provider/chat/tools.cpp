// SPDX-License-Identifier: MIT
// Each form of a tool and of a choice becomes one.
#include "proxy/provider/chat/tools.hpp"

#include <utility>

namespace llmgw::proxy::chat {
namespace {

using Kind = ToolChoice::Kind;

std::optional<Kind> kind_of_word(std::string_view word) {
  constexpr std::pair<std::string_view, Kind> words[] = {
      {"none", Kind::none}, {"auto", Kind::automatic}, {"required", Kind::required}};
  for (const auto& [text, kind] : words) {
    if (is_string(word, text)) return kind;
  }
  return std::nullopt;
}

bool read_named(std::string_view function, std::string path, Losses& losses, ToolChoice& choice) {
  const auto name = inside_of(member_of(function, "name"));
  if (!name || name->empty())
    return losses.reject(std::move(path), "has to be a string, and not empty");
  choice.kind = Kind::named;
  choice.name = *name;
  return true;
}

bool read_allowed(std::string_view allowed, Losses& losses, ToolChoice& choice) {
  const std::string path = "tool_choice.allowed_tools";
  const auto kind = kind_of_word(member_of(allowed, "mode"));
  if (!kind || kind == Kind::none)
    return losses.reject(path + ".mode", "has to be auto or required");
  const std::string_view tools = member_of(allowed, "tools");
  if (!is_kind(tools, JsonKind::array)) return losses.reject(path + ".tools", "has to be an array");
  choice.kind = *kind;
  choice.allowed.emplace();
  JsonElements elements(tools);
  for (std::string_view each; elements.next(each);) {
    const auto name = inside_of(member_of(member_of(each, "function"), "name"));
    if (!name) return losses.reject(path + ".tools", "has to name functions");
    choice.allowed->insert(decoded(*name));
  }
  return true;
}

bool read_choice_object(std::string_view value, Losses& losses, ToolChoice& choice) {
  const std::string_view type = member_of(value, "type");
  if (is_string(type, "function"))
    return read_named(member_of(value, "function"), "tool_choice.function.name", losses, choice);
  if (is_string(type, "allowed_tools"))
    return read_allowed(member_of(value, "allowed_tools"), losses, choice);
  losses.refuse_value("tool_choice");
  return true;
}

bool read_choice(ChatParam param, std::string_view value, Losses& losses, ToolChoice& choice) {
  choice.param = name_of(param);
  if (kind_of(value) == JsonKind::object) {
    return param == ChatParam::tool_choice
               ? read_choice_object(value, losses, choice)
               : read_named(value, "function_call.name", losses, choice);
  }
  const auto kind = kind_of_word(value);
  if (!kind) return losses.reject(std::string(choice.param), "is not a known choice");
  choice.kind = *kind;
  return true;
}

bool read_function(std::string_view function, const std::string& path, Losses& losses,
                   ChatTool& tool) {
  const auto name = inside_of(member_of(function, "name"));
  if (!name || name->empty())
    return losses.reject(path + ".name", "has to be a string, and not empty");
  tool.name = *name;
  const std::string_view description = member_of(function, "description");
  if (!is_nothing(description)) {
    if (!inside_of(description)) return losses.reject(path + ".description", "has to be a string");
    tool.description = description;
  }
  const std::string_view parameters = member_of(function, "parameters");
  if (!is_nothing(parameters) && kind_of(parameters) != JsonKind::object)
    return losses.reject(path + ".parameters", "has to be an object");
  if (!is_vacant(parameters)) tool.parameters = parameters;
  tool.is_strict = member_of(function, "strict") == "true";
  return true;
}

}  // namespace

bool has_tools(const ChatRequest& request) noexcept {
  return request.has(ChatParam::tools) || request.has(ChatParam::functions);
}

bool read_tool_choice(const ChatRequest& request, Losses& losses, ToolChoice& choice) {
  const ChatParam param =
      request.has(ChatParam::tool_choice) ? ChatParam::tool_choice : ChatParam::function_call;
  if (!request.has(param)) return true;
  if (!read_choice(param, request[param], losses, choice)) return false;
  if (has_tools(request)) return true;
  if (choice.is_forced()) return losses.reject(std::string(choice.param), "needs tools");
  choice = {};
  return true;
}

bool read_tool(std::string_view element, bool is_function, std::string path, Losses& losses,
               std::optional<ChatTool>& tool) {
  if (kind_of(element) != JsonKind::object)
    return losses.reject(std::move(path), "has to be an object");
  const std::string_view type = member_of(element, "type");
  if (!is_function && !is_nothing(type) && !is_string(type, "function")) {
    losses.refuse(path);
    return true;
  }
  const std::string_view mark = member_of(element, "cache_control");
  if (!is_nothing(mark) && kind_of(mark) != JsonKind::object)
    return losses.reject(path + ".cache_control", "has to be an object");
  tool.emplace();
  if (!is_nothing(mark)) tool->cache_control = mark;
  tool->path = path;
  return is_function
             ? read_function(element, path, losses, *tool)
             : read_function(member_of(element, "function"), path + ".function", losses, *tool);
}

}  // namespace llmgw::proxy::chat
