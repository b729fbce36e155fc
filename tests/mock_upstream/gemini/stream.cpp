// SPDX-License-Identifier: MIT
// Streams as events with CRLF, or as one array that comes in pieces.
#include <utility>

#include "tests/mock_upstream/errors.hpp"
#include "tests/mock_upstream/gemini/answer.hpp"

namespace llmgw::mock::gemini {
namespace {

enum class Place : std::uint8_t { first, later };

std::string framed(const Call& call, Place place, const Json& json) {
  if (!call.array) return "data: " + to_text(json) + "\r\n\r\n";
  return (place == Place::first ? "[" : ",\r\n") + to_text(json);
}

// Usage counts on with each event; the thoughts are there from the start.
Json usage_after(const Call& call, const Reply& reply, std::size_t shown) {
  return usage_metadata(
      call, reply.tokens.cut_to(reply.tokens.reasoning + shown * call.prompt.candidates));
}

Json parts_of(Json part) { return Json::array({std::move(part)}); }

// An event of the content: a piece of the text or a whole call.
Json content_event(const Call& call, const Reply& reply, std::size_t index, std::size_t count) {
  const bool last = index + 1 == count;
  const bool ends = last && !call.behaviour.native.finish_late;
  const std::string finish = ends ? finish_reason(call) : std::string();
  const Json usage =
      last ? usage_metadata(call, reply.tokens) : usage_after(call, reply, index + 1);
  Json part;
  if (reply.calls.empty()) {
    part["text"] = reply.content.piece(index);
  } else {
    part = call_part(call, reply.calls[index], index == 0);
  }
  return response(call, candidate(parts_of(std::move(part)), finish), usage);
}

void open(const Call& call, const Reply& reply, StreamScript& made) {
  const auto add = [&](Json part) {
    const Place place = made.opening.empty() ? Place::first : Place::later;
    const Json event =
        response(call, candidate(parts_of(std::move(part)), ""), usage_after(call, reply, 0));
    made.opening.push_back(framed(call, place, event));
  };
  for (std::size_t index = 0; index < reply.thinking.size(); ++index)
    add(thought_part(reply, index));
  if (!reply.calls.empty() && reply.has_text) add({{"text", reply.content.whole()}});
}

void close(const Call& call, const Reply& reply, StreamScript& made) {
  const bool begun = made.count > 0 || !made.opening.empty();
  if (call.behaviour.native.finish_late || made.count == 0) {
    const Json event =
        response(call, candidate(nullptr, finish_reason(call)), usage_metadata(call, reply.tokens));
    made.closing.push_back(framed(call, begun ? Place::later : Place::first, event));
  }
  if (call.array) made.closing.emplace_back("]");
}

void add_failures(const Call& call, StreamScript& made) {
  const std::string end = call.array ? "]" : "";
  const Json error = stream_error(call, 503);
  made.failure = framed(call, Place::later, error) + end;
  made.first_failure = framed(call, Place::first, error) + end;
}

}  // namespace

StreamScript script(const Call& call, const Reply& reply) {
  StreamScript made;
  made.tokens = reply.tokens;
  add_failures(call, made);
  if (!call.behaviour.native.block.empty()) {
    made.tokens = reply.tokens.cut_to(0);
    made.closing.push_back(framed(call, Place::first, blocked_response(call, reply.tokens)));
    if (call.array) made.closing.emplace_back("]");
    return made;
  }
  open(call, reply, made);
  made.count = reply.calls.empty() ? reply.content.count() : reply.calls.size();
  made.content = [call, reply, count = made.count,
                  begun = !made.opening.empty()](std::size_t index) {
    const Place place = index == 0 && !begun ? Place::first : Place::later;
    return framed(call, place, content_event(call, reply, index, count));
  };
  close(call, reply, made);
  return made;
}

}  // namespace llmgw::mock::gemini
