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

std::vector<std::string> opening_of_tool(const Call& call) {
  const Json response = response_object(call, "in_progress", Json::array(), Json());
  return {
      event("response.created", 0, {{"response", response}}),
      event("response.in_progress", 1, {{"response", response}}),
      event("response.output_item.added", 2, with_item(function_call(call, "in_progress", ""))),
  };
}

StreamScript tool_script(const Call& call, const Json& usage) {
  constexpr std::size_t pieces = 4;
  StreamScript script;
  script.opening = opening_of_tool(call);
  script.count = call.behaviour.chunks.value_or(pieces);
  const std::string arguments = tool_arguments(call);
  const Json place = {{"item_id", call.id("fc_")}, {"output_index", 0}};
  const std::size_t first = script.opening.size();
  script.content = [place, arguments, first, count = script.count](std::size_t index) {
    const std::size_t from = arguments.size() * index / count;
    Json delta = place;
    delta["delta"] = arguments.substr(from, arguments.size() * (index + 1) / count - from);
    return event("response.function_call_arguments.delta", first + index, std::move(delta));
  };
  const std::size_t last = first + script.count;
  const Json item = function_call(call, "completed", arguments);
  Json done = place;
  done["name"] = item["name"];
  done["arguments"] = arguments;
  const Json response = response_object(call, "completed", Json::array({item}), usage);
  script.closing = {
      event("response.function_call_arguments.done", last, done),
      event("response.output_item.done", last + 1, with_item(item)),
      event("response.completed", last + 2, {{"response", response}}),
  };
  return script;
}

// What makes a stream of either kind fail, as its next event.
std::string failure(const StreamScript& script, const Call& call) {
  const std::size_t sequence = script.opening.size() + call.behaviour.error_after.value_or(0);
  return event("error", sequence,
               {{"code", "server_error"}, {"message", "mock stream error"}, {"param", nullptr}});
}

StreamScript text_script(const Call& call, const Json& usage) {
  StreamScript script;
  const Content content = call.content();
  script.count = content.count();
  script.opening = opening_events(call, usage);
  const std::size_t first = script.opening.size();
  script.content = [call, content, first](std::size_t index) {
    Json delta = in_item(call, {{"delta", content.piece(index)}});
    delta["logprobs"] = Json::array();
    return event("response.output_text.delta", first + index, std::move(delta));
  };
  script.closing = closing_events(call, usage, first + script.count);
  return script;
}

}  // namespace

StreamScript responses_script(const Call& call) {
  const bool counted =
      call.behaviour.usage != UsagePlace::null && call.behaviour.usage != UsagePlace::none;
  const Json usage = counted ? responses_usage(call, call.content().count()) : Json();
  StreamScript script = call.calls_tool() ? tool_script(call, usage) : text_script(call, usage);
  script.failure = failure(script, call);
  script.first_failure = script.failure;
  script.tokens = openai_tokens(call, call.content().count());
  return script;
}

}  // namespace llmgw::mock
