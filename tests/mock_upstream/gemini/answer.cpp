// SPDX-License-Identifier: MIT
// Contents, counts and models.
#include "tests/mock_upstream/gemini/answer.hpp"

#include <utility>

#include "tests/mock_upstream/signature.hpp"

namespace llmgw::mock::gemini {
namespace {

constexpr const char* listed_models[] = {"gemini-3-pro", "gemini-2.5-flash"};

// Laid out over several lines, as Google does it.
std::string pretty(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json model_entry(const std::string& name) {
  return {{"name", "models/" + name},
          {"version", "001"},
          {"displayName", "Mock " + name},
          {"inputTokenLimit", 1'048'576},
          {"outputTokenLimit", 65'536},
          {"supportedGenerationMethods", Json::array({"generateContent", "countTokens"})},
          {"temperature", 1},
          {"maxTemperature", 2},
          {"topP", 0.95},
          {"topK", 64},
          {"thinking", true}};
}

}  // namespace

std::string signed_text(const Json& function_call) {
  return text_of(at(function_call, "name")) + to_text(at(function_call, "args"));
}

Json thought_part(const Reply& reply, std::size_t index) {
  Json part = {{"text", reply.thinking[index]}, {"thought", true}};
  if (index + 1 == reply.thinking.size())
    part["thoughtSignature"] = signature_of(joined(reply.thinking));
  return part;
}

Json call_part(const Call& call, const ToolUse& use, bool first) {
  Json function_call = {{"name", use.name}, {"args", Json::parse(use.arguments)}};
  if (call.behaviour.native.call_ids) function_call["id"] = use.id;
  Json part;
  const std::string signature = signature_of(signed_text(function_call));
  part["functionCall"] = std::move(function_call);
  if (first && call.behaviour.native.signs) part["thoughtSignature"] = signature;
  return part;
}

std::string finish_reason(const Call& call) {
  return call.behaviour.native.finish.empty() ? "STOP" : call.behaviour.native.finish;
}

Json usage_metadata(const Call& call, const Tokens& tokens) {
  if (call.behaviour.usage == UsagePlace::none) return nullptr;
  Json usage = {{"promptTokenCount", tokens.prompt}};
  const std::size_t candidates = tokens.completion - tokens.reasoning;
  if (candidates > 0) usage["candidatesTokenCount"] = candidates;
  usage["totalTokenCount"] = tokens.prompt + tokens.completion;
  if (tokens.cached > 0) usage["cachedContentTokenCount"] = tokens.cached;
  Json text = {{"modality", "TEXT"}, {"tokenCount", tokens.prompt}};
  usage["promptTokensDetails"] = Json::array({std::move(text)});
  if (tokens.reasoning > 0) usage["thoughtsTokenCount"] = tokens.reasoning;
  return usage;
}

Json candidate(Json parts, const std::string& finish) {
  Json made;
  if (!parts.is_null()) made["content"] = {{"parts", std::move(parts)}, {"role", "model"}};
  if (!finish.empty()) made["finishReason"] = finish;
  return made;
}

Json response(const Call& call, Json candidate, Json usage) {
  Json made;
  for (std::size_t index = 0; index < call.prompt.candidates && !candidate.is_null(); ++index) {
    candidate["index"] = index;
    made["candidates"].push_back(candidate);
  }
  if (!usage.is_null()) made["usageMetadata"] = std::move(usage);
  made["modelVersion"] = call.prompt.model;
  made["responseId"] = call.id("resp-");
  return made;
}

Json blocked_response(const Call& call, const Tokens& tokens) {
  Json made = {{"promptFeedback", {{"blockReason", call.behaviour.native.block}}}};
  made.update(response(call, nullptr, usage_metadata(call, tokens.cut_to(0))));
  return made;
}

std::string content_answer(const Call& call, const Reply& reply) {
  if (!call.behaviour.native.block.empty()) return pretty(blocked_response(call, reply.tokens));
  Json parts = Json::array();
  for (std::size_t index = 0; index < reply.thinking.size(); ++index)
    parts.push_back(thought_part(reply, index));
  if (reply.has_text) parts.push_back({{"text", reply.content.whole()}});
  for (const ToolUse& use : reply.calls)
    parts.push_back(call_part(call, use, &use == reply.calls.data()));
  return pretty(response(call, candidate(std::move(parts), finish_reason(call)),
                         usage_metadata(call, reply.tokens)));
}

std::string count_answer(const Call& call) {
  return pretty({{"totalTokens", call.prompt.words + 3}});
}

std::string model_answer(const std::string& name, const PageWish& page) {
  if (!name.empty()) return pretty(model_entry(name));
  const Page shown = page_of(listed_models, page);
  Json models = Json::array();
  for (const char* each : shown.names) models.push_back(model_entry(each));
  Json list = {{"models", std::move(models)}};
  if (shown.has_more) list["nextPageToken"] = shown.names.back();
  return pretty(list);
}

}  // namespace llmgw::mock::gemini
