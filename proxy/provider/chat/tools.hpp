// SPDX-License-Identifier: MIT
// PURE: the tools of a request and the choice between them, also in the form of old (`functions`,
// `function_call`).
//
//   ToolChoice choice;
//   if (!read_tool_choice(request, losses, choice)) return false;
//   const bool is_read = each_tool(request, choice, losses, [&](const ChatTool& tool) {...});
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/request.hpp"

namespace llmgw::proxy::chat {

struct ToolChoice {
  enum class Kind : std::uint8_t { unsaid, none, automatic, required, named };
  Kind kind = Kind::unsaid;
  std::string_view name = {};                         ///< with `named`: the inside of a string
  std::string_view param = {};                        ///< which member says so
  std::optional<std::set<std::string>> allowed = {};  ///< names; nothing: all of them

  bool is_forced() const noexcept { return kind == Kind::required || kind == Kind::named; }
  bool allows(std::string_view tool) const { return !allowed || allowed->contains(decoded(tool)); }
};

/// Without tools there is no choice, and one that demands a call is rejected. False: rejected.
bool read_tool_choice(const ChatRequest& request, Losses& losses, ToolChoice& choice);

struct ChatTool {
  std::string_view name;                ///< inside of a string, not empty
  std::string_view description = {};    ///< a string as it is written; empty: none
  std::string_view parameters = {};     ///< an object as it is written; empty: none, or `{}`
  std::string_view cache_control = {};  ///< extension; as it is written; empty: none
  bool is_strict = false;
  std::string path = {};  ///< `tools[1]`
};

/// Reads an element of `tools`, or of `functions`. Nothing in `tool`: it is left out, and named.
/// False: rejected.
bool read_tool(std::string_view element, bool is_function, std::string path, Losses& losses,
               std::optional<ChatTool>& tool);

bool has_tools(const ChatRequest& request) noexcept;

/// Shows each tool that the choice allows to `take`, in order, until that returns false. False if
/// it did, or if one is rejected.
template <class Take>
bool each_tool(const ChatRequest& request, const ToolChoice& choice, Losses& losses, Take take) {
  for (const ChatParam param : {ChatParam::tools, ChatParam::functions}) {
    JsonElements elements(request[param]);
    std::size_t index = 0;
    for (std::string_view each; elements.next(each); ++index) {
      std::optional<ChatTool> tool;
      std::string path = std::string(name_of(param)) + "[" + std::to_string(index) + "]";
      const bool is_function = param == ChatParam::functions;
      if (!read_tool(each, is_function, std::move(path), losses, tool)) return false;
      if (tool && choice.allows(tool->name) && !take(*tool)) return false;
    }
  }
  return true;
}

}  // namespace llmgw::proxy::chat
