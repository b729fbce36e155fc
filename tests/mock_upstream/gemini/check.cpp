// SPDX-License-Identifier: MIT
// The top level, and how members are looked up.
#include "tests/mock_upstream/gemini/check.hpp"

#include <algorithm>

#include "tests/mock_upstream/base64.hpp"

namespace llmgw::mock::gemini {
namespace {

std::string camel(std::string_view name) {
  std::string made;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool capital =
        name[i] == '_' && i > 0 && i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    if (capital) ++i;
    made += capital ? static_cast<char>(name[i] - 'a' + 'A') : name[i];
  }
  return made;
}

void check_system(const Json& system, Complaint& complaint) {
  if (system.is_null()) return;
  constexpr std::string_view path = "system_instruction";
  check_members(system, std::string(path), {"role", "parts"}, complaint);
  const Json& parts = at(system, "parts");
  for (const Json& part : parts.is_array() ? parts : Json::array({parts})) {
    complaint.add_if(text_of(at(part, "text")).empty(), "system_instruction.parts",
                     "system_instruction.parts: only text parts that are not empty are supported");
  }
}

}  // namespace

bool is_newer_model(std::string_view name) noexcept {
  constexpr std::string_view family = "gemini-";
  if (!name.starts_with(family) || name.size() == family.size()) return false;
  const char generation = name[family.size()];
  return generation >= '3' && generation <= '9';
}

const Json& member(const Json& object, std::string_view name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  for (auto each = object.begin(); each != object.end(); ++each) {
    if (each.key() == name || camel(each.key()) == name) return each.value();
  }
  return nothing;
}

std::optional<std::string> bytes_of(const Json& text) {
  std::string coded = text_of(text);
  std::replace(coded.begin(), coded.end(), '-', '+');
  std::replace(coded.begin(), coded.end(), '_', '/');
  return decode_base64(coded);
}

void check_members(const Json& object, const std::string& path,
                   std::initializer_list<std::string_view> known, Complaint& complaint) {
  if (!object.is_object()) {
    complaint.add_if(!object.is_null(), path,
                     "Invalid value at '" + path + "': an object is wanted");
    return;
  }
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), camel(key)) != known.end()) continue;
    const std::string place = path.empty() ? "" : " at '" + path + "'";
    complaint.add(path, "Invalid JSON payload received. Unknown name \"" + key + "\"" + place +
                            ": Cannot find field.");
  }
}

// A count may wrap the request that it is for.
Complaint check(const Call& call, const Json& body) {
  Complaint complaint;
  if (call.endpoint == Endpoint::models) return complaint;
  const Json& wrapped = member(body, "generateContentRequest");
  if (call.endpoint == Endpoint::count_contents && wrapped.is_object()) {
    Call inner = call;
    inner.endpoint = Endpoint::generate;
    return check(inner, wrapped);
  }
  check_members(body, "",
                {"model", "contents", "systemInstruction", "tools", "toolConfig", "safetySettings",
                 "generationConfig", "cachedContent", "serviceTier", "store", "continuationToken"},
                complaint);
  const Json& safety = member(body, "safetySettings");
  for (const Json& each : safety.is_array() ? safety : Json::array())
    check_members(each, "safety_settings", {"category", "threshold", "method"}, complaint);
  const bool newer = is_newer_model(call.prompt.model);
  check_system(member(body, "systemInstruction"), complaint);
  check_generation(member(body, "generationConfig"), newer, complaint);
  check_tools(body, complaint);
  check_contents(member(body, "contents"), newer, call.behaviour.native.stand_ins, complaint);
  return complaint;
}

}  // namespace llmgw::mock::gemini
