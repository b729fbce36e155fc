// SPDX-License-Identifier: MIT
// One function for each endpoint.
#include "tests/mock_upstream/answer.hpp"

#include <bit>
#include <cstdint>
#include <utility>

#include "tests/mock_upstream/base64.hpp"
#include "tests/mock_upstream/content_filter.hpp"

namespace llmgw::mock {
namespace {

Json chat_answer(const Call& call) {
  const std::string content = call.content().whole();
  Json message = {{"role", "assistant"}, {"content", content}, {"refusal", nullptr}};
  if (call.calls_tool()) {
    message["content"] = nullptr;
    message["tool_calls"] = Json::array({tool_call(call, tool_arguments(call))});
  }
  Json choice;
  choice["index"] = 0;
  choice["message"] = std::move(message);
  choice["logprobs"] = nullptr;
  choice["finish_reason"] = call.calls_tool() ? "tool_calls" : "stop";
  if (call.dialect == Dialect::azure) choice["content_filter_results"] = filter_results();
  Json answer;
  answer["id"] = call.id("chatcmpl-");
  answer["object"] = "chat.completion";
  answer["created"] = created_at;
  answer["model"] = call.model();
  answer["choices"] = Json::array({std::move(choice)});
  if (call.dialect == Dialect::azure) answer["prompt_filter_results"] = prompt_filter_results();
  place_usage(call, chat_usage(call, count_words(content)), answer);
  answer["service_tier"] = "default";
  answer["system_fingerprint"] = "fp_mock";
  return answer;
}

Json completions_answer(const Call& call) {
  const std::string content = call.content().whole();
  Json choice;
  choice["text"] = content;
  choice["index"] = 0;
  choice["logprobs"] = nullptr;
  choice["finish_reason"] = "stop";
  Json answer;
  answer["id"] = call.id("cmpl-");
  answer["object"] = "text_completion";
  answer["created"] = created_at;
  answer["model"] = call.model();
  answer["choices"] = Json::array({std::move(choice)});
  place_usage(call, chat_usage(call, count_words(content)), answer);
  return answer;
}

// Sixteenths, which a float holds exactly.
float coordinate(std::size_t input, std::size_t dimension) {
  return static_cast<float>((input + dimension) % 16) / 16.0F - 0.5F;
}

Json embedding(const Prompt& prompt, std::size_t input) {
  if (!prompt.base64_floats) {
    Json numbers = Json::array();
    for (std::size_t i = 0; i < prompt.dimensions; ++i) numbers.push_back(coordinate(input, i));
    return numbers;
  }
  std::string bytes;
  for (std::size_t i = 0; i < prompt.dimensions; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(coordinate(input, i));
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xff);
  }
  return encode_base64(bytes);
}

Json embeddings_answer(const Call& call) {
  Json data = Json::array();
  for (std::size_t input = 0; input < call.prompt.inputs; ++input) {
    data.push_back(
        {{"object", "embedding"}, {"index", input}, {"embedding", embedding(call.prompt, input)}});
  }
  Json answer;
  answer["object"] = "list";
  answer["data"] = std::move(data);
  answer["model"] = call.model();
  place_usage(call, chat_usage(call, 0), answer);
  return answer;
}

Json responses_answer(const Call& call) {
  const std::string content = call.content().whole();
  Json text = {{"type", "output_text"}, {"text", content}};
  text["annotations"] = Json::array();
  text["logprobs"] = Json::array();
  Json item = call.calls_tool()
                  ? function_call(call, "completed", tool_arguments(call))
                  : response_message(call, "completed", Json::array({std::move(text)}));
  Json output = Json::array({std::move(item)});
  const auto place = call.behaviour.usage;
  const bool without = place == UsagePlace::null || place == UsagePlace::none;
  Json usage = without ? Json() : responses_usage(call, count_words(content));
  return response_object(call, "completed", std::move(output), std::move(usage));
}

}  // namespace

std::string tool_name(const Call& call) {
  return call.prompt.tool.empty() ? "get_weather" : call.prompt.tool;
}

std::string plain_answer(const Call& call) {
  switch (call.endpoint) {
    case Endpoint::chat: return to_text(chat_answer(call));
    case Endpoint::completions: return to_text(completions_answer(call));
    case Endpoint::embeddings: return to_text(embeddings_answer(call));
    default: break;
  }
  return to_text(responses_answer(call));
}

Json response_object(const Call& call, std::string_view status, Json output, Json usage) {
  Json answer;
  answer["id"] = call.id("resp_");
  answer["object"] = "response";
  answer["created_at"] = created_at;
  answer["status"] = status;
  answer["error"] = nullptr;
  answer["incomplete_details"] = nullptr;
  answer["instructions"] = nullptr;
  answer["model"] = call.model();
  answer["output"] = std::move(output);
  answer["parallel_tool_calls"] = true;
  answer["temperature"] = 1.0;
  answer["tool_choice"] = "auto";
  answer["tools"] = Json::array();
  answer["top_p"] = 1.0;
  if (call.behaviour.usage != UsagePlace::none) answer["usage"] = std::move(usage);
  answer["metadata"] = Json::object();
  return answer;
}

Json response_message(const Call& call, std::string_view status, Json content) {
  Json message;
  message["id"] = call.id("msg_");
  message["type"] = "message";
  message["status"] = status;
  message["role"] = "assistant";
  message["content"] = std::move(content);
  return message;
}

Json tool_call(const Call& call, std::string_view arguments) {
  return {{"id", call.id("call_")},
          {"type", "function"},
          {"function", {{"name", tool_name(call)}, {"arguments", arguments}}}};
}

Json function_call(const Call& call, std::string_view status, std::string_view arguments) {
  return {{"id", call.id("fc_")},        {"type", "function_call"}, {"status", status},
          {"call_id", call.id("call_")}, {"name", tool_name(call)}, {"arguments", arguments}};
}

std::string tool_arguments(const Call& call) {
  Json arguments = {{"echo", call.prompt.last_user_text}};
  if (call.behaviour.results)
    arguments["step"] = call.prompt.results.size() / call.behaviour.native.calls.value_or(1) + 1;
  return arguments.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string model_entry(std::string_view id) {
  return to_text({{"id", id}, {"object", "model"}, {"created", created_at}, {"owned_by", "mock"}});
}

std::string model_list() {
  Json data = Json::array();
  for (const char* id : {"gpt-4o-mini", "gpt-4o", "text-embedding-3-small"}) {
    data.push_back(
        {{"id", id}, {"object", "model"}, {"created", created_at}, {"owned_by", "mock"}});
  }
  return to_text({{"object", "list"}, {"data", std::move(data)}});
}

}  // namespace llmgw::mock
