// SPDX-License-Identifier: MIT
// Requests translated for tests, and what became of them.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/provider/anthropic/request.hpp"

namespace llmgw::proxy {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

/// A model that takes sampling, forced tools and adaptive thinking.
inline TranslationTarget plain_target() {
  return {.model = "claude-sonnet-4-6", .provider = "claude"};
}
inline TranslationTarget target_of(std::string_view model) {
  TranslationTarget target = plain_target();
  target.model = model;
  return target;
}
/// Thinking has a budget.
inline TranslationTarget budget_target() { return target_of("claude-sonnet-4-5"); }

inline TranslatedRequest translated(const std::string& body,
                                    const TranslationTarget& target = plain_target()) {
  RequestTranslation result = translate_to_anthropic(body, target);
  if (const auto* const refusal = std::get_if<TranslationRefusal>(&result)) {
    ADD_FAILURE() << refusal->code << " " << refusal->param << ": " << refusal->message << "\n"
                  << body;
    return {};
  }
  return std::get<TranslatedRequest>(std::move(result));
}

inline Json sent(const std::string& body, const TranslationTarget& target = plain_target()) {
  const std::string text = translated(body, target).body;
  Json json = Json::parse(text, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << text;
  return json;
}

inline Names dropped(const std::string& body, const TranslationTarget& target = plain_target()) {
  return translated(body, target).dropped;
}

inline TranslationRefusal refused(const std::string& body,
                                  const TranslationTarget& target = plain_target()) {
  const RequestTranslation result = translate_to_anthropic(body, target);
  if (const auto* const refusal = std::get_if<TranslationRefusal>(&result)) return *refusal;
  ADD_FAILURE() << "not refused: " << std::get<TranslatedRequest>(result).body;
  return {};
}

/// A request with one message of the user, and these members beside it.
inline std::string with(const std::string& members) {
  return R"({"model":"m","messages":[{"role":"user","content":"hi"}])" +
         (members.empty() ? "" : "," + members) + "}";
}
inline std::string talk(const std::string& messages) {
  return R"({"model":"m","messages":[)" + messages + "]}";
}
inline Json turns(const std::string& messages, const TranslationTarget& target = plain_target()) {
  return sent(talk(messages), target)["messages"];
}

inline const std::string hi = R"({"role":"user","content":"hi"})";
inline std::string call(const std::string& id, const std::string& arguments = R"("{}")") {
  return R"({"id":")" + id + R"(","type":"function","function":{"name":"f","arguments":)" +
         arguments + "}}";
}
inline std::string calls(const std::string& list) {
  return R"({"role":"assistant","content":null,"tool_calls":[)" + list + "]}";
}
inline std::string result(const std::string& id, const std::string& text) {
  return R"({"role":"tool","tool_call_id":")" + id + R"(","content":")" + text + "\"}";
}
inline const std::string one_tool =
    R"("tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}])";

}  // namespace llmgw::proxy
