// SPDX-License-Identifier: MIT
// Turns: whose they are, and that each turn of calls is followed by one of as many responses.
#include <algorithm>
#include <vector>

#include "tests/mock_upstream/base64.hpp"
#include "tests/mock_upstream/gemini/answer.hpp"
#include "tests/mock_upstream/gemini/check.hpp"
#include "tests/mock_upstream/signature.hpp"

namespace llmgw::mock::gemini {
namespace {

// What Google's own libraries send in place of a signature that was lost, plain or coded.
constexpr std::string_view stand_in = "skip_thought_signature_validator";

std::string role_of(const Json& content) { return text_of(at(content, "role")); }

std::vector<const Json*> parts_with(const Json& content, std::string_view name) {
  std::vector<const Json*> found;
  const Json& parts = at(content, "parts");
  if (!parts.is_array()) return found;
  for (const Json& part : parts) {
    if (member(part, name).is_object()) found.push_back(&part);
  }
  return found;
}

void check_content(const Json& content, const std::string& path, Complaint& complaint) {
  check_members(content, path, {"role", "parts"}, complaint);
  const std::string role = role_of(content);
  complaint.add_if(!role.empty() && role != "user" && role != "model", path + ".role",
                   "Please use a valid role: user, model.");
  const Json& parts = at(content, "parts");
  if (complaint.add_if(!parts.is_array() || parts.empty(), path + ".parts",
                       "* GenerateContentRequest." + path +
                           ".parts: contents.parts must not be "
                           "empty."))
    return;
  for (std::size_t index = 0; index < parts.size() && !complaint.has_fault(); ++index)
    check_part(parts[index], path + ".parts[" + std::to_string(index) + "]", complaint);
}

// Each response is of a call of the turn before: by id where it has one, else by name.
void check_response(const Json& part, const std::vector<const Json*>& calls, Complaint& complaint) {
  const Json& response = member(part, "functionResponse");
  const std::string id = text_of(at(response, "id"));
  const bool known = std::any_of(calls.begin(), calls.end(), [&](const Json* call) {
    const Json& function_call = member(*call, "functionCall");
    return text_of(at(function_call, "name")) == text_of(at(response, "name")) &&
           (id.empty() || text_of(at(function_call, "id")) == id);
  });
  complaint.add_if(!known, "contents",
                   "function response '" + text_of(at(response, "name")) +
                       "' answers no function call of the turn before it");
}

void check_turns(const Json& before, const Json& content, const Json& next, Complaint& complaint) {
  const auto calls = parts_with(content, "functionCall");
  const auto responses = parts_with(content, "functionResponse");
  complaint.add_if(!calls.empty() && (before.is_null() || role_of(before) == "model"), "contents",
                   "Please ensure that function call turn comes immediately after a user turn or "
                   "after a function response turn.");
  complaint.add_if(
      !calls.empty() && parts_with(next, "functionResponse").size() != calls.size(), "contents",
      "Please ensure that the number of function response parts is equal to the number of "
      "function call parts of the function call turn.");
  if (responses.empty()) return;
  const auto called = parts_with(before, "functionCall");
  complaint.add_if(called.empty(), "contents",
                   "Please ensure that function response turn comes immediately after a function "
                   "call turn.");
  for (const Json* each : responses) check_response(*each, called, complaint);
}

// The turn in progress begins with the last content of the user's own.
std::size_t current_turn(const Json& contents) {
  std::size_t begin = contents.size();
  while (begin > 0) {
    const Json& content = contents[begin - 1];
    if (role_of(content) != "model" && parts_with(content, "functionResponse").empty()) break;
    --begin;
  }
  return begin;
}

bool stands_in(const std::string& signature, StandIns taken) {
  if (signature == stand_in) return taken == StandIns::any || taken == StandIns::plain;
  return bytes_of(signature) == stand_in && (taken == StandIns::any || taken == StandIns::coded);
}

void check_signature(const Json& part, bool needed, StandIns stand_ins, Complaint& complaint) {
  const std::string signature = text_of(member(part, "thoughtSignature"));
  const Json& function_call = member(part, "functionCall");
  const std::string name = text_of(at(function_call, "name"));
  if (signature.empty()) {
    complaint.add_if(needed, "contents",
                     "Function call is missing a thought_signature in functionCall parts. "
                     "function call `" +
                         name + "`");
    return;
  }
  if (stands_in(signature, stand_ins)) return;
  complaint.add_if(bytes_of(signature) != decode_base64(signature_of(signed_text(function_call))),
                   "contents", "Thought signature is not valid. function call `" + name + "`");
}

void check_signatures(const Json& contents, bool needed, StandIns stand_ins, Complaint& complaint) {
  const std::size_t current = current_turn(contents);
  for (std::size_t index = 0; index < contents.size(); ++index) {
    const auto calls = parts_with(contents[index], "functionCall");
    for (const Json* each : calls)
      check_signature(*each, needed && index >= current && each == calls.front(), stand_ins,
                      complaint);
  }
}

}  // namespace

void check_contents(const Json& contents, bool signed_calls, StandIns stand_ins,
                    Complaint& complaint) {
  static const Json nothing;
  if (complaint.add_if(!contents.is_array() || contents.empty(), "contents",
                       "* GenerateContentRequest.contents: contents is not specified"))
    return;
  for (std::size_t index = 0; index < contents.size(); ++index) {
    check_content(contents[index], "contents[" + std::to_string(index) + "]", complaint);
    check_turns(index == 0 ? nothing : contents[index - 1], contents[index],
                index + 1 < contents.size() ? contents[index + 1] : nothing, complaint);
  }
  check_signatures(contents, signed_calls, stand_ins, complaint);
}

}  // namespace llmgw::mock::gemini
