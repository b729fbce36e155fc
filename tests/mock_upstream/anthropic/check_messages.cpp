// SPDX-License-Identifier: MIT
// Turns: whose they are, and that each call has its result in the turn behind it.
#include <algorithm>
#include <set>
#include <vector>

#include "tests/mock_upstream/anthropic/check.hpp"

namespace llmgw::mock::anthropic {
namespace {

std::string type_of(const Json& block) { return text_of(at(block, "type")); }

std::vector<std::string> ids_of(const Json& message, std::string_view type, std::string_view key) {
  std::vector<std::string> ids;
  const Json& content = at(message, "content");
  if (!content.is_array()) return ids;
  for (const Json& block : content) {
    if (type_of(block) == type) ids.push_back(text_of(at(block, key)));
  }
  return ids;
}

bool has_id(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

void check_role(const Json& message, std::string& before, const Model& model,
                const std::string& path, Complaint& complaint) {
  const std::string role = text_of(at(message, "role"));
  if (role == "system" && model.system_messages) return;
  if (complaint.add_if(role != "user" && role != "assistant", path + ".role",
                       path + ".role: Input should be 'user' or 'assistant'"))
    return;
  complaint.add_if(role == before, path + ".role",
                   "messages: roles must alternate between \"user\" and \"assistant\", but found "
                   "multiple \"" +
                       role + "\" roles in a row");
  before = role;
}

// Results stand first in the turn behind the calls, and answer nothing else.
void check_results(const Json& calling, const Json& answering, const std::string& path,
                   Complaint& complaint) {
  const auto calls = ids_of(calling, "tool_use", "id");
  const auto results = ids_of(answering, "tool_result", "tool_use_id");
  for (const std::string& id : calls) {
    complaint.add_if(!has_id(results, id), path,
                     path +
                         ": `tool_use` ids were found without `tool_result` blocks immediately "
                         "after: " +
                         id);
  }
  for (const std::string& id : results) {
    complaint.add_if(!has_id(calls, id), path,
                     path + ": unexpected `tool_use_id` found in `tool_result` blocks: " + id);
    complaint.add_if(std::count(results.begin(), results.end(), id) > 1, path,
                     path +
                         ": each tool_use must have a single result. Found multiple "
                         "`tool_result` blocks with id: " +
                         id);
  }
  const Json& content = at(answering, "content");
  if (calls.empty() || !content.is_array()) return;
  for (std::size_t index = 0; index < calls.size() && index < content.size(); ++index) {
    complaint.add_if(type_of(content[index]) != "tool_result", path,
                     path + ": `tool_result` blocks must come first in the turn that answers");
  }
}

void check_ids(const Json& messages, Complaint& complaint) {
  std::set<std::string> seen;
  for (const Json& message : messages) {
    for (const std::string& id : ids_of(message, "tool_use", "id")) {
      complaint.add_if(!seen.insert(id).second, "messages",
                       "messages: `tool_use` ids must be unique");
    }
  }
}

void check_thinking_of(const Json& message, Complaint& complaint) {
  const Json& content = at(message, "content");
  if (ids_of(message, "tool_use", "id").empty() || content.empty()) return;
  const std::string first = type_of(content.front());
  complaint.add_if(!first.ends_with("thinking"), "messages",
                   "messages: Expected `thinking` or `redacted_thinking`, but found `" + first +
                       "`. When `thinking` is enabled, a final `assistant` message must start "
                       "with a thinking block");
}

// With reasoning of the budget form each turn of the loop of tools that goes on begins with it.
void check_thinking(const Json& body, const Json& messages, Complaint& complaint) {
  if (text_of(at(at(body, "thinking"), "type")) != "enabled") return;
  for (auto last = messages.rbegin(); last != messages.rend(); ++last) {
    const bool answers = !ids_of(*last, "tool_result", "tool_use_id").empty();
    if (text_of(at(*last, "role")) == "user" && !answers) return;
    if (text_of(at(*last, "role")) == "assistant") check_thinking_of(*last, complaint);
  }
}

// The last text, where the last message is the assistant's.
void check_end(const Json& last, const Model& model, Complaint& complaint) {
  if (text_of(at(last, "role")) != "assistant") return;
  complaint.add_if(!model.prefill, "messages",
                   "This model does not support assistant message prefill. The conversation must "
                   "end with a user message.");
  const Json& content = at(last, "content");
  const bool blocks = content.is_array() && !content.empty();
  const std::string text = text_of(blocks ? at(content.back(), "text") : content);
  complaint.add_if(!text.empty() && text.find_last_not_of(" \t\r\n") + 1 != text.size(), "messages",
                   "messages: final assistant content cannot end with trailing whitespace");
}

const Json& next_turn(const Json& messages, std::size_t index) {
  static const Json nothing;
  while (++index < messages.size()) {
    if (text_of(at(messages[index], "role")) != "system") return messages[index];
  }
  return nothing;
}

const Json& turn_before(const Json& messages, std::size_t index) {
  static const Json nothing;
  while (index-- > 0) {
    if (text_of(at(messages[index], "role")) != "system") return messages[index];
  }
  return nothing;
}

void check_message(const Json& messages, std::size_t index, Complaint& complaint) {
  const Json& message = messages[index];
  const std::string path = "messages." + std::to_string(index);
  const std::string role = text_of(at(message, "role"));
  check_members(message, path, {"role", "content"}, complaint);
  check_blocks(at(message, "content"), role, path + ".content", complaint);
  const std::string next = "messages." + std::to_string(index + 1);
  if (role == "assistant") check_results(message, next_turn(messages, index), next, complaint);
  if (role == "user") check_results(turn_before(messages, index), message, path, complaint);
}

}  // namespace

void check_messages(const Json& body, const Model& model, Complaint& complaint) {
  const Json& system = at(body, "system");
  if (!system.is_null()) check_blocks(system, "system", "system", complaint);
  const Json& messages = at(body, "messages");
  if (complaint.add_if(!messages.is_array(), "messages", "messages: Field required")) return;
  if (complaint.add_if(messages.empty(), "messages", "messages: at least one message is required"))
    return;
  std::string before;
  for (std::size_t index = 0; index < messages.size(); ++index) {
    check_role(messages[index], before, model, "messages." + std::to_string(index), complaint);
    check_message(messages, index, complaint);
  }
  check_ids(messages, complaint);
  check_thinking(body, messages, complaint);
  check_end(messages.back(), model, complaint);
}

}  // namespace llmgw::mock::anthropic
