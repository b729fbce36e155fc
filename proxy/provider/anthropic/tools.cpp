// SPDX-License-Identifier: MIT
// Schemas of tools go as they are, but for the type that the API demands.
#include "proxy/provider/anthropic/tools.hpp"

#include <string>

#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::ChatParam;
using chat::ChatTool;
using chat::ObjectWriter;
using chat::ToolChoice;
using Kind = ToolChoice::Kind;

// `parameters` is an object that is not empty.
void append_input_schema(std::string_view parameters, std::string& out) {
  if (!chat::member_of(parameters, "type").empty()) {
    out += parameters;
    return;
  }
  out.append(R"({"type":"object",)").append(parameters.substr(1));
}

void write_tool(const ChatTool& tool, bool streams_input, CacheMarks& marks, std::string& out) {
  ObjectWriter object(out);
  object.text("name", tool.name);
  if (!tool.description.empty()) object.raw("description", tool.description);
  if (tool.parameters.empty()) {
    object.raw("input_schema", R"({"type":"object","properties":{}})");
  } else {
    append_input_schema(tool.parameters, object.key("input_schema"));
  }
  if (tool.is_strict) object.raw("strict", "true");
  if (streams_input) object.raw("eager_input_streaming", "true");
  marks.append(tool.cache_control, false, out);
  object.end();
}

std::string_view word_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::none: return "none";
    case Kind::required: return "any";
    case Kind::named: return "tool";
    default: return "auto";
  }
}

// There are tools.
void write_choice(const ToolChoice& choice, bool is_single, ObjectWriter& writer) {
  if (choice.kind == Kind::unsaid && !is_single) return;
  ObjectWriter object(writer.key("tool_choice"));
  object.text("type", word_of(choice.kind));
  if (choice.kind == Kind::named) object.text("name", choice.name);
  if (is_single && choice.kind != Kind::none) object.raw("disable_parallel_tool_use", "true");
  object.end();
}

}  // namespace

bool write_tools(const chat::ChatRequest& request, const TranslationTarget& target,
                 const Traits& traits, chat::Losses& losses, CacheMarks& marks,
                 ObjectWriter& writer, bool& is_forced) {
  ToolChoice choice;
  if (!chat::read_tool_choice(request, losses, choice)) return false;
  if (!chat::has_tools(request)) return true;
  if (choice.is_forced() && !traits.has_forced_tools) {
    losses.refuse_value(choice.param);
    choice.kind = Kind::unsaid;
  }
  is_forced = choice.is_forced();
  std::string tools;
  const bool is_read = chat::each_tool(request, choice, losses, [&](const ChatTool& tool) {
    tools += tools.empty() ? '[' : ',';
    write_tool(tool, target.streams_tool_input, marks, tools);
    return true;
  });
  if (!is_read) return false;
  if (tools.empty()) {
    return !is_forced || losses.reject(std::string(choice.param), "allows none of the tools");
  }
  writer.key("tools").append(tools).append("]");
  write_choice(choice, request.has(ChatParam::parallel_tool_calls), writer);
  return true;
}

}  // namespace llmgw::proxy::anthropic
