// SPDX-License-Identifier: MIT
// Declared functions, and which of them are to be called.
#include <algorithm>
#include <set>

#include "tests/mock_upstream/gemini/check.hpp"

namespace llmgw::mock::gemini {
namespace {

bool is_letter(char c) { return lower_case(c) >= 'a' && lower_case(c) <= 'z'; }

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 128 || (!is_letter(name.front()) && name.front() != '_'))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':' || c == '-';
  });
}

void check_declaration(const Json& declared, const std::string& path, std::set<std::string>& names,
                       Complaint& complaint) {
  check_members(declared, path,
                {"name", "description", "parameters", "parametersJsonSchema", "response",
                 "responseJsonSchema", "behavior"},
                complaint);
  const std::string name = text_of(at(declared, "name"));
  complaint.add_if(!is_name(name), path + ".name",
                   "* GenerateContentRequest." + path +
                       ".name: Invalid function name. Must start with a letter or an underscore.");
  complaint.add_if(!names.insert(name).second, path + ".name",
                   "Duplicate function declaration found: " + name);
  const Json& parameters = at(declared, "parameters");
  complaint.add_if(!parameters.is_null() && !member(declared, "parametersJsonSchema").is_null(),
                   path, "parameters and parameters_json_schema cannot both be set");
  if (!parameters.is_null()) check_schema(parameters, path + ".parameters", complaint);
}

std::set<std::string> check_declarations(const Json& tools, Complaint& complaint) {
  std::set<std::string> names;
  for (std::size_t tool = 0; tool < tools.size(); ++tool) {
    const std::string path = "tools[" + std::to_string(tool) + "]";
    check_members(tools[tool], path,
                  {"functionDeclarations", "googleSearch", "googleSearchRetrieval", "codeExecution",
                   "urlContext", "googleMaps", "computerUse", "fileSearch"},
                  complaint);
    const Json& declared = member(tools[tool], "functionDeclarations");
    for (std::size_t index = 0; declared.is_array() && index < declared.size(); ++index) {
      check_declaration(declared[index],
                        path + ".function_declarations[" + std::to_string(index) + "]", names,
                        complaint);
    }
  }
  return names;
}

void check_calling(const Json& config, const std::set<std::string>& names, Complaint& complaint) {
  constexpr const char* path = "tool_config.function_calling_config";
  check_members(config, path, {"mode", "allowedFunctionNames"}, complaint);
  const std::string mode = text_of(at(config, "mode"));
  complaint.add_if(!mode.empty() && mode != "AUTO" && mode != "ANY" && mode != "NONE" &&
                       mode != "VALIDATED" && mode != "MODE_UNSPECIFIED",
                   std::string(path) + ".mode",
                   "Invalid value at '" + std::string(path) + ".mode', \"" + mode + "\"");
  const Json& allowed = member(config, "allowedFunctionNames");
  if (!allowed.is_array() || allowed.empty()) return;
  complaint.add_if(mode != "ANY" && mode != "VALIDATED", path,
                   "allowed_function_names should only be set when the function calling mode is "
                   "ANY.");
  for (const Json& name : allowed) {
    complaint.add_if(!names.contains(text_of(name)), path,
                     "allowed_function_names: '" + text_of(name) + "' is not declared");
  }
}

}  // namespace

void check_tools(const Json& body, Complaint& complaint) {
  const Json& tools = at(body, "tools");
  std::set<std::string> names;
  if (tools.is_array()) names = check_declarations(tools, complaint);
  complaint.add_if(!tools.is_null() && !tools.is_array(), "tools",
                   "Invalid value at 'tools': a list is wanted");
  const Json& config = member(body, "toolConfig");
  check_members(config, "tool_config",
                {"functionCallingConfig", "retrievalConfig", "includeServerSideToolInvocations"},
                complaint);
  check_calling(member(config, "functionCallingConfig"), names, complaint);
}

}  // namespace llmgw::mock::gemini
