// SPDX-License-Identifier: MIT
// Declared tools, and which of them is to be used.
#include <algorithm>

#include "tests/mock_upstream/anthropic/check.hpp"

namespace llmgw::mock::anthropic {
namespace {

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](char c) {
    const char lower = lower_case(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// Tools of a dated type, such as `bash_20250124`, are the provider's own.
void check_tool(const Json& tool, const std::string& path, Complaint& complaint) {
  const std::string type = text_of(at(tool, "type"));
  if (!type.empty() && type != "custom") return;
  check_members(tool, path,
                {"type", "name", "description", "input_schema", "cache_control", "strict",
                 "eager_input_streaming", "allowed_callers", "defer_loading", "input_examples"},
                complaint);
  complaint.add_if(!is_name(text_of(at(tool, "name"))), path + ".name",
                   path + ".name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
  const Json& schema = at(tool, "input_schema");
  if (complaint.add_if(!schema.is_object(), path + ".input_schema",
                       path + ".input_schema: Field required"))
    return;
  complaint.add_if(text_of(at(schema, "type")) != "object", path + ".input_schema.type",
                   path + ".input_schema.type: Input should be 'object'");
}

bool is_declared(const Json& tools, const std::string& name) {
  return tools.is_array() && std::any_of(tools.begin(), tools.end(), [&name](const Json& tool) {
           return text_of(at(tool, "name")) == name;
         });
}

void check_choice(const Json& choice, const Json& tools, const Model& model, Complaint& complaint) {
  if (choice.is_null()) return;
  const std::string type = text_of(at(choice, "type"));
  const bool named = type == "tool";
  const bool forced = named || type == "any";
  if (complaint.add_if(!forced && type != "auto" && type != "none", "tool_choice",
                       "tool_choice: Input tag '" + type +
                           "' found using 'type' does not match "
                           "any of the expected tags"))
    return;
  check_members(choice, "tool_choice", {"type", "name", "disable_parallel_tool_use"}, complaint);
  complaint.add_if(type == "none" && has(choice, "disable_parallel_tool_use"), "tool_choice",
                   "tool_choice.none.disable_parallel_tool_use: Extra inputs are not permitted");
  complaint.add_if(type != "none" && (!tools.is_array() || tools.empty()), "tool_choice",
                   "tool_choice may only be specified while providing tools");
  const std::string name = text_of(at(choice, "name"));
  complaint.add_if(named && !is_declared(tools, name), "tool_choice",
                   "Tool '" + name + "' not found in provided tools");
  complaint.add_if(forced && !model.forced_tools, "tool_choice",
                   "tool_choice: forced tool use is not supported for this model");
}

}  // namespace

void check_tools(const Json& body, const Model& model, Complaint& complaint) {
  const Json& tools = at(body, "tools");
  complaint.add_if(!tools.is_null() && !tools.is_array(), "tools",
                   "tools: Input should be a valid list");
  if (tools.is_array()) {
    std::size_t index = 0;
    for (const Json& tool : tools) check_tool(tool, "tools." + std::to_string(index++), complaint);
  }
  const Json& choice = at(body, "tool_choice");
  check_choice(choice, tools, model, complaint);
  const std::string type = text_of(at(choice, "type"));
  complaint.add_if(
      text_of(at(at(body, "thinking"), "type")) == "enabled" && (type == "any" || type == "tool"),
      "tool_choice", "Thinking may not be enabled when tool_choice forces tool use.");
}

}  // namespace llmgw::mock::anthropic
