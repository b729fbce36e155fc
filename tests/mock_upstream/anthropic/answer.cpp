// SPDX-License-Identifier: MIT
// Messages, counts and models.
#include "tests/mock_upstream/anthropic/answer.hpp"

#include <utility>

#include "tests/mock_upstream/anthropic/model.hpp"
#include "tests/mock_upstream/signature.hpp"

namespace llmgw::mock::anthropic {
namespace {

constexpr const char* listed_models[] = {"claude-opus-5-5", "claude-sonnet-4-6",
                                         "claude-haiku-4-5-20251001"};

Json supported(bool is_supported) { return {{"supported", is_supported}}; }

Json model_entry(const std::string& id) {
  const Model model = model_of(id);
  Json types = {{"enabled", supported(model.budget_thinking)},
                {"adaptive", supported(model.adaptive_thinking)},
                {"disabled", supported(true)}};
  Json effort;
  for (const char* level : {"low", "medium", "high"}) effort[level] = supported(true);
  effort["xhigh"] = supported(model.high_efforts);
  effort["max"] = supported(model.adaptive_thinking);
  Json capabilities = {{"thinking", {{"supported", true}, {"types", std::move(types)}}},
                       {"effort", std::move(effort)},
                       {"structured_outputs", supported(true)},
                       {"image_input", supported(true)},
                       {"pdf_input", supported(true)}};
  return {{"type", "model"},
          {"id", id},
          {"display_name", "Mock " + id},
          {"created_at", "2024-09-22T10:13:20Z"},
          {"max_input_tokens", 200'000},
          {"max_tokens", model.most_tokens},
          {"capabilities", std::move(capabilities)}};
}

}  // namespace

Json message(const Call& call, Json content, Json stop_reason, Json usage) {
  Json made = {{"id", call.id("msg_")}, {"type", "message"}, {"role", "assistant"}};
  made["model"] = call.prompt.model;
  made["content"] = std::move(content);
  made["stop_reason"] = std::move(stop_reason);
  made["stop_sequence"] = nullptr;
  if (!usage.is_null()) made["usage"] = std::move(usage);
  return made;
}

Json text_block(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

Json thinking_block(const Call& call, const Reply& reply) {
  if (call.behaviour.native.thinking == Thinking::redacted)
    return {{"type", "redacted_thinking"}, {"data", signature_of("redacted")}};
  const std::string text = joined(reply.thinking);
  return {{"type", "thinking"}, {"thinking", text}, {"signature", signature_of(text)}};
}

Json tool_block(const ToolUse& use, Json input) {
  return {{"type", "tool_use"}, {"id", use.id}, {"name", use.name}, {"input", std::move(input)}};
}

std::string stop_reason(const Call& call, const Reply& reply) {
  if (!call.behaviour.native.finish.empty()) return call.behaviour.native.finish;
  return reply.calls.empty() ? "end_turn" : "tool_use";
}

Json stop_details(const Call& call) {
  if (call.behaviour.native.finish != "refusal") return nullptr;
  return {{"type", "refusal"}, {"category", "cyber"}, {"explanation", "mock refusal"}};
}

std::string message_answer(const Call& call, const Reply& reply) {
  Json content = Json::array();
  if (call.behaviour.native.thinking != Thinking::none)
    content.push_back(thinking_block(call, reply));
  if (reply.has_text) content.push_back(text_block(reply.content.whole()));
  for (const ToolUse& use : reply.calls)
    content.push_back(tool_block(use, Json::parse(use.arguments)));
  Json made = message(call, std::move(content), stop_reason(call, reply), whole_usage(call, reply));
  if (Json details = stop_details(call); !details.is_null())
    made["stop_details"] = std::move(details);
  return to_text(made);
}

std::string count_answer(const Call& call) {
  return to_text({{"input_tokens", call.prompt.words + 3}});
}

std::string model_answer(const std::string& id, const PageWish& page) {
  if (!id.empty()) return to_text(model_entry(id));
  const Page shown = page_of(listed_models, page);
  Json data = Json::array();
  for (const char* each : shown.names) data.push_back(model_entry(each));
  Json list = {{"data", std::move(data)}, {"has_more", shown.has_more}};
  list["first_id"] = shown.names.empty() ? Json() : Json(shown.names.front());
  list["last_id"] = shown.names.empty() ? Json() : Json(shown.names.back());
  return to_text(list);
}

}  // namespace llmgw::mock::anthropic
