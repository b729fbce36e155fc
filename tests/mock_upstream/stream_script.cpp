// SPDX-License-Identifier: MIT
// Streams of the two completions endpoints.
#include "tests/mock_upstream/stream_script.hpp"

#include <utility>

#include "common/json/escape.hpp"
#include "tests/mock_upstream/answer.hpp"
#include "tests/mock_upstream/content_filter.hpp"
#include "tests/mock_upstream/errors.hpp"

namespace llmgw::mock {
namespace {

constexpr std::size_t tool_pieces = 4;

std::string event(const Json& data) { return "data: " + to_text(data) + "\n\n"; }

// An event of which only one text changes: it is built once and filled in for each chunk.
class Template {
 public:
  // `slot` is the text that stands where the changing one goes; inside a string its quotes would be
  // escaped.
  Template(const Json& data, std::string_view slot) : before_(event(data)) {
    const std::size_t at = before_.find(slot) + slot.size() - 2;
    after_ = before_.substr(at + 2);
    before_.resize(at);
  }
  std::string fill(std::string_view text) const {
    std::string filled = before_;
    append_json_string(text, filled);
    return filled.append(after_);
  }

 private:
  std::string before_;
  std::string after_;
};

bool has_usage(const Call& call, UsagePlace place) { return call.behaviour.usage == place; }

// Whether a chunk of its own, with no choices, carries the numbers.
bool has_usage_chunk(const Call& call) {
  if (has_usage(call, UsagePlace::as_asked)) return call.prompt.include_usage;
  return has_usage(call, UsagePlace::top) || has_usage(call, UsagePlace::details);
}

Json chunk(const Call& call, Json choice) {
  const bool chat = call.endpoint == Endpoint::chat;
  Json data;
  data["id"] = call.id(chat ? "chatcmpl-" : "cmpl-");
  data["object"] = chat ? "chat.completion.chunk" : "text_completion";
  data["created"] = created_at;
  data["model"] = call.model();
  data["system_fingerprint"] = "fp_mock";
  data["choices"] = choice.is_null() ? Json::array() : Json::array({std::move(choice)});
  if (has_usage_chunk(call) || has_usage(call, UsagePlace::null)) data["usage"] = nullptr;
  return data;
}

// What Azure's filter says of a piece of the answer; nothing was said yet in the first and last.
Json chat_choice(const Call& call, Json delta, Json finish_reason) {
  Json choice;
  choice["index"] = 0;
  if (call.dialect == Dialect::azure) {
    const bool has_text = delta.contains("content") && finish_reason.is_null();
    choice["content_filter_results"] = has_text ? filter_results() : Json::object();
  }
  choice["delta"] = std::move(delta);
  choice["logprobs"] = nullptr;
  choice["finish_reason"] = std::move(finish_reason);
  return choice;
}

Json text_choice(Json finish_reason) {
  return {{"text", ""},
          {"index", 0},
          {"logprobs", nullptr},
          {"finish_reason", std::move(finish_reason)}};
}

void finish_script(const Call& call, Json finish_choice, StreamScript& script) {
  const Json usage = chat_usage(call, script.count);
  Json finish = chunk(call, std::move(finish_choice));
  if (has_usage(call, UsagePlace::choices)) finish["usage"] = usage;
  if (has_usage(call, UsagePlace::x_groq))
    finish["x_groq"] = {{"id", call.id("req_")}, {"usage", usage}};
  script.closing.push_back(event(finish));
  if (has_usage_chunk(call)) {
    Json last = chunk(call, nullptr);
    last["usage"] = usage;
    script.closing.push_back(event(last));
  }
  script.closing.emplace_back("data: [DONE]\n\n");
  script.failure = event(stream_error(call, 500));
  script.first_failure = script.failure;
  script.tokens = openai_tokens(call, script.count);
}

// Azure's own first chunk, about the prompt.
void open_script(const Call& call, StreamScript& script) {
  if (call.dialect != Dialect::azure) return;
  Json first = {{"id", ""}, {"object", ""}, {"created", 0}, {"model", ""}};
  first["prompt_filter_results"] = prompt_filter_results();
  first["choices"] = Json::array();
  script.opening.push_back(event(first));
}

StreamScript tool_script(const Call& call) {
  StreamScript script;
  open_script(call, script);
  const std::string arguments = tool_arguments(call);
  script.count = call.behaviour.chunks.value_or(tool_pieces);
  Json first = {{"index", 0}};
  first.update(tool_call(call, ""));
  const Json role = {
      {"role", "assistant"}, {"content", nullptr}, {"tool_calls", Json::array({std::move(first)})}};
  script.opening.push_back(event(chunk(call, chat_choice(call, role, nullptr))));

  Json piece = {{"index", 0}, {"function", {{"arguments", ""}}}};
  Json delta = {{"tool_calls", Json::array({std::move(piece)})}};
  const Template made(chunk(call, chat_choice(call, std::move(delta), nullptr)),
                      R"("arguments":"")");
  script.content = [made, arguments, count = script.count](std::size_t index) {
    const std::size_t from = arguments.size() * index / count;
    return made.fill(
        std::string_view(arguments).substr(from, arguments.size() * (index + 1) / count - from));
  };
  finish_script(call, chat_choice(call, Json::object(), "tool_calls"), script);
  return script;
}

}  // namespace

StreamScript chat_script(const Call& call) {
  if (call.calls_tool()) return tool_script(call);
  StreamScript script;
  open_script(call, script);
  const Content content = call.content();
  script.count = content.count();
  const Json role = {{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}};
  Json opening = chunk(call, chat_choice(call, role, nullptr));
  if (has_usage(call, UsagePlace::first)) opening["usage"] = chat_usage(call, script.count);
  script.opening.push_back(event(opening));
  const Template made(chunk(call, chat_choice(call, {{"content", ""}}, nullptr)),
                      R"("content":"")");
  script.content = [made, content](std::size_t index) { return made.fill(content.piece(index)); };
  finish_script(call, chat_choice(call, Json::object(), "stop"), script);
  return script;
}

StreamScript completions_script(const Call& call) {
  StreamScript script;
  const Content content = call.content();
  script.count = content.count();
  if (has_usage(call, UsagePlace::first)) {
    Json opening = chunk(call, text_choice(nullptr));
    opening["usage"] = chat_usage(call, script.count);
    script.opening.push_back(event(opening));
  }
  const Template made(chunk(call, text_choice(nullptr)), R"("text":"")");
  script.content = [made, content](std::size_t index) { return made.fill(content.piece(index)); };
  finish_script(call, text_choice("stop"), script);
  return script;
}

}  // namespace llmgw::mock
