// SPDX-License-Identifier: MIT
// Blocks one after the other, each with its start, deltas and stop.
#include "tests/mock_upstream/anthropic/stream.hpp"

#include <utility>

#include "tests/mock_upstream/anthropic/answer.hpp"
#include "tests/mock_upstream/errors.hpp"

namespace llmgw::mock::anthropic {
namespace {

using Events = std::vector<std::string>;

std::string event(std::string_view name, const Json& data) {
  return "event: " + std::string(name) + "\ndata: " + to_text(data) + "\n\n";
}

std::string typed(std::string_view type, Json rest) {
  Json data = {{"type", type}};
  data.update(rest);
  return event(type, data);
}

std::string start(std::size_t block, Json content) {
  return typed("content_block_start", {{"index", block}, {"content_block", std::move(content)}});
}

std::string delta(std::size_t block, std::string_view type, std::string_view key,
                  std::string_view text) {
  Json changed = {{"type", type}};
  changed[std::string(key)] = text;
  return typed("content_block_delta", {{"index", block}, {"delta", std::move(changed)}});
}

std::string stop(std::size_t block) { return typed("content_block_stop", {{"index", block}}); }

void add_thinking(const Call& call, const Reply& reply, std::size_t& block, Events& events) {
  Json whole = thinking_block(call, reply);
  if (call.behaviour.native.thinking == Thinking::redacted) {
    events.push_back(start(block, std::move(whole)));
  } else {
    const Json empty = {{"type", "thinking"}, {"thinking", ""}, {"signature", ""}};
    events.push_back(start(block, empty));
    for (const std::string& each : reply.thinking)
      events.push_back(delta(block, "thinking_delta", "thinking", each));
    events.push_back(delta(block, "signature_delta", "signature", text_of(whole["signature"])));
  }
  events.push_back(stop(block++));
}

void add_text(const Reply& reply, std::size_t& block, Events& events) {
  events.push_back(start(block, text_block("")));
  for (std::size_t index = 0; index < reply.content.count(); ++index)
    events.push_back(delta(block, "text_delta", "text", reply.content.piece(index)));
  events.push_back(stop(block++));
}

// The first piece is empty, as Anthropic's is, and without arguments the only one.
void add_call(const ToolUse& use, std::size_t& block, Events& events) {
  const auto piece = [&events, block](std::string_view text) {
    events.push_back(delta(block, "input_json_delta", "partial_json", text));
  };
  events.push_back(start(block, tool_block(use, Json::object())));
  piece("");
  for (std::size_t index = 0; index < argument_pieces && use.arguments != "{}"; ++index)
    piece(argument_piece(use, index));
  events.push_back(stop(block++));
}

Events closing_events(const Call& call, const Reply& reply) {
  Json changed = {{"stop_reason", stop_reason(call, reply)}, {"stop_sequence", nullptr}};
  if (Json details = stop_details(call); !details.is_null())
    changed["stop_details"] = std::move(details);
  Json last = {{"delta", std::move(changed)}};
  if (Json usage = last_usage(call, reply); !usage.is_null()) last["usage"] = std::move(usage);
  return {typed("message_delta", std::move(last)), typed("message_stop", Json::object())};
}

// Calls may be many blocks, so all of their events count as content.
void script_calls(const Reply& reply, std::size_t block, StreamScript& made) {
  Events events;
  for (const ToolUse& use : reply.calls) add_call(use, block, events);
  made.count = events.size();
  made.content = [events](std::size_t index) { return events[index]; };
}

void script_text(const Reply& reply, std::size_t block, StreamScript& made) {
  made.opening.push_back(start(block, text_block("")));
  made.count = reply.content.count();
  made.content = [content = reply.content, block](std::size_t index) {
    return delta(block, "text_delta", "text", content.piece(index));
  };
  made.closing.push_back(stop(block));
}

}  // namespace

StreamScript script(const Call& call, const Reply& reply) {
  StreamScript made;
  made.tokens = reply.tokens;
  Json begun = message(call, Json::array(), nullptr, first_usage(call, reply));
  made.opening.push_back(typed("message_start", {{"message", std::move(begun)}}));
  made.opening.push_back("event: ping\ndata: {\"type\": \"ping\"}\n\n");
  std::size_t block = 0;
  if (call.behaviour.native.thinking != Thinking::none)
    add_thinking(call, reply, block, made.opening);
  if (reply.calls.empty()) {
    script_text(reply, block, made);
  } else {
    if (reply.has_text) add_text(reply, block, made.opening);
    script_calls(reply, block, made);
  }
  for (std::string& each : closing_events(call, reply)) made.closing.push_back(std::move(each));
  made.failure = event("error", stream_error(call, 529));
  made.first_failure = made.failure;
  return made;
}

}  // namespace llmgw::mock::anthropic
