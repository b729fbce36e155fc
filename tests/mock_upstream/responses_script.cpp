// SPDX-License-Identifier: MIT
// Streams of the Responses API.
#include <utility>

#include "tests/mock_upstream/answer.hpp"
#include "tests/mock_upstream/stream_script.hpp"

namespace llmgw::mock {
namespace {

// Every event names its type twice and counts on.
std::string event(std::string_view type, std::size_t sequence, Json rest) {
  Json data = {{"type", type}, {"sequence_number", sequence}};
  data.update(rest);
  return "event: " + std::string(type) + "\ndata: " + to_text(data) + "\n\n";
}

// The text part, as far as it has come.
Json text_part(std::string_view text) {
  Json part = {{"type", "output_text"}, {"text", text}};
  part["annotations"] = Json::array();
  part["logprobs"] = Json::array();
  return part;
}

Json in_item(const Call& call, Json rest) {
  Json data = {{"item_id", call.id("msg_")}, {"output_index", 0}, {"content_index", 0}};
  data.update(rest);
  return data;
}

Json with_item(Json item) { return {{"output_index", 0}, {"item", std::move(item)}}; }

std::vector<std::string> opening_events(const Call& call, const Json& usage) {
  const bool at_once = call.behaviour.usage == UsagePlace::first;
  const Json response =
      response_object(call, "in_progress", Json::array(), at_once ? usage : Json());
  return {
      event("response.created", 0, {{"response", response}}),
      event("response.in_progress", 1, {{"response", response}}),
      event("response.output_item.added", 2,
            with_item(response_message(call, "in_progress", Json::array()))),
      event("response.content_part.added", 3, in_item(call, {{"part", text_part("")}})),
  };
}

std::vector<std::string> closing_events(const Call& call, const Json& usage, std::size_t sequence) {
  const std::string text = call.content().whole();
  const Json message = response_message(call, "completed", Json::array({text_part(text)}));
  const Json response = response_object(call, "completed", Json::array({message}), usage);
  return {
      event("response.output_text.done", sequence,
            in_item(call, {{"text", text}, {"logprobs", Json::array()}})),
      event("response.content_part.done", sequence + 1, in_item(call, {{"part", text_part(text)}})),
      event("response.output_item.done", sequence + 2, with_item(message)),
      event("response.completed", sequence + 3, {{"response", response}}),
  };
}

}  // namespace

StreamScript responses_script(const Call& call) {
  StreamScript script;
  const Content content = call.content();
  script.count = content.count();
  const bool counted =
      call.behaviour.usage != UsagePlace::null && call.behaviour.usage != UsagePlace::none;
  const Json usage = counted ? responses_usage(call, script.count) : Json();
  script.opening = opening_events(call, usage);
  const std::size_t first = script.opening.size();
  script.content = [call, content, first](std::size_t index) {
    Json delta = in_item(call, {{"delta", content.piece(index)}});
    delta["logprobs"] = Json::array();
    return event("response.output_text.delta", first + index, std::move(delta));
  };
  script.closing = closing_events(call, usage, first + script.count);
  const std::size_t failed = first + call.behaviour.error_after.value_or(0);
  script.failure =
      event("error", failed,
            {{"code", "server_error"}, {"message", "mock stream error"}, {"param", nullptr}});
  return script;
}

}  // namespace llmgw::mock
