// SPDX-License-Identifier: MIT
// Usage numbers and errors.
#include "tests/mock_upstream/call.hpp"

#include <utility>

namespace llmgw::mock {
namespace {

constexpr std::size_t message_overhead = 3;

struct Kind {
  std::string_view type;
  Json code;
};

Kind kind_of(int status) {
  switch (status) {
    case 401: return {"invalid_request_error", "invalid_api_key"};
    case 404: return {"invalid_request_error", "model_not_found"};
    case 429: return {"requests", "rate_limit_exceeded"};
    default: return {status < 500 ? "invalid_request_error" : "server_error", nullptr};
  }
}

}  // namespace

Json chat_usage(const Call& call, std::size_t completion_tokens) {
  const std::size_t prompt_tokens = call.prompt.words + message_overhead;
  Json usage;
  usage["prompt_tokens"] = prompt_tokens;
  if (call.endpoint != Endpoint::embeddings) usage["completion_tokens"] = completion_tokens;
  usage["total_tokens"] = prompt_tokens + completion_tokens;
  if (call.behaviour.usage != UsagePlace::details) return usage;
  usage["prompt_tokens_details"] = {{"cached_tokens", 2}, {"audio_tokens", 0}};
  usage["completion_tokens_details"] = {{"reasoning_tokens", 1},
                                        {"audio_tokens", 0},
                                        {"accepted_prediction_tokens", 0},
                                        {"rejected_prediction_tokens", 0}};
  return usage;
}

Json responses_usage(const Call& call, std::size_t output_tokens) {
  const bool detailed = call.behaviour.usage == UsagePlace::details;
  const std::size_t input_tokens = call.prompt.words + message_overhead;
  return {
      {"input_tokens", input_tokens},
      {"input_tokens_details", {{"cached_tokens", detailed ? 2 : 0}, {"cache_write_tokens", 0}}},
      {"output_tokens", output_tokens},
      {"output_tokens_details", {{"reasoning_tokens", detailed ? 1 : 0}}},
      {"total_tokens", input_tokens + output_tokens}};
}

Tokens openai_tokens(const Call& call, std::size_t completion_tokens) {
  const bool detailed = call.behaviour.usage == UsagePlace::details;
  Tokens tokens;
  tokens.prompt = call.prompt.words + message_overhead;
  tokens.completion = call.endpoint == Endpoint::embeddings ? 0 : completion_tokens;
  tokens.cached = detailed ? 2 : 0;
  tokens.reasoning = detailed ? 1 : 0;
  return tokens;
}

void place_usage(const Call& call, Json usage, Json& answer) {
  switch (call.behaviour.usage) {
    case UsagePlace::none: return;
    case UsagePlace::null: answer["usage"] = nullptr; return;
    case UsagePlace::x_groq:
      answer["x_groq"] = {{"id", call.id("req_")}, {"usage", std::move(usage)}};
      return;
    case UsagePlace::first: {
      Json reordered;
      reordered["usage"] = std::move(usage);
      for (auto& [key, value] : answer.items()) reordered[key] = std::move(value);
      answer = std::move(reordered);
      return;
    }
    default: answer["usage"] = std::move(usage);
  }
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

RefusalText refusal_text(Refusal whose) {
  if (whose == Refusal::mistral) {
    return {422, R"({"object":"error","message":{"detail":[{"type":"extra_forbidden",)"
                 R"("loc":["body","stream_options","include_usage"],"msg":"Extra inputs are not )"
                 R"(permitted","input":true}]},"type":"invalid_request_error","param":null,)"
                 R"("code":null})"};
  }
  Json error;
  error["message"] = whose == Refusal::azure
                         ? "Unrecognized request argument supplied: stream_options"
                         : "Unknown parameter: 'stream_options'.";
  error["type"] = "invalid_request_error";
  error["param"] = whose == Refusal::azure ? Json() : Json("stream_options");
  error["code"] = whose == Refusal::azure ? Json() : Json("unknown_parameter");
  return {400, Json{{"error", error}}.dump(2) + "\n"};
}

std::string error_text(int status, std::string_view message) {
  const Kind kind = kind_of(status);
  const Json error = {
      {"message", message}, {"type", kind.type}, {"param", nullptr}, {"code", kind.code}};
  return Json{{"error", error}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace llmgw::mock
