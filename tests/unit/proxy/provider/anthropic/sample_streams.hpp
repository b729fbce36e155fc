// SPDX-License-Identifier: MIT
// Streams as Anthropic's API sends them, put together event by event.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/proxy/provider/chat_answer/streams.hpp"

namespace llmgw::proxy::anthropic_sample {

inline const AnswerTerms terms{.provider = "claude",
                               .model = "claude-sonnet-4-6",
                               .request_id = "req-1",
                               .created = 1764403200,
                               .wants_usage = true,
                               .shows_reasoning = true};

inline std::string event(std::string_view name, std::string_view json) {
  return "event: " + std::string(name) + "\ndata: " + std::string(json) + "\n\n";
}

inline std::string start(std::string_view usage = R"({"input_tokens":25,"output_tokens":1})") {
  return event(
      "message_start",
      R"({"type":"message_start","message":{"id":"msg_01A","type":"message","role":"assistant","model":"claude-sonnet-4-6-20260101","content":[],"stop_reason":null,"stop_sequence":null,"usage":)" +
          std::string(usage) + "}}");
}

inline std::string block(int index, std::string_view content) {
  return event("content_block_start", R"({"type":"content_block_start","index":)" +
                                          std::to_string(index) + R"(,"content_block":)" +
                                          std::string(content) + "}");
}
inline std::string text_block(int index) { return block(index, R"({"type":"text","text":""})"); }
inline std::string thinking_block(int index) {
  return block(index, R"({"type":"thinking","thinking":"","signature":""})");
}
inline std::string tool_block(int index, std::string_view id, std::string_view name) {
  return block(index, R"({"type":"tool_use","id":")" + std::string(id) + R"(","name":")" +
                          std::string(name) + R"(","input":{}})");
}

inline std::string delta(int index, std::string_view content) {
  return event("content_block_delta", R"({"type":"content_block_delta","index":)" +
                                          std::to_string(index) + R"(,"delta":)" +
                                          std::string(content) + "   }");
}
inline std::string text(int index, std::string_view raw) {
  return delta(index, R"({"type":"text_delta","text":")" + std::string(raw) + "\"}");
}
inline std::string thinking(int index, std::string_view raw) {
  return delta(index, R"({"type":"thinking_delta","thinking":")" + std::string(raw) + "\"}");
}
inline std::string signature(int index, std::string_view raw) {
  return delta(index, R"({"type":"signature_delta","signature":")" + std::string(raw) + "\"}");
}
inline std::string input(int index, std::string_view raw) {
  return delta(index, R"({"type":"input_json_delta","partial_json":")" + std::string(raw) + "\"}");
}
inline std::string stop_block(int index) {
  return event("content_block_stop",
               R"({"type":"content_block_stop","index":)" + std::to_string(index) + " }");
}
inline std::string message_delta(std::string_view reason,
                                 std::string_view usage = R"({"output_tokens":15})") {
  return event("message_delta", R"({"type":"message_delta","delta":{"stop_reason":")" +
                                    std::string(reason) + R"(","stop_sequence":null},"usage":)" +
                                    std::string(usage) + "}");
}
inline std::string ping() { return event("ping", R"({"type": "ping"})"); }
inline std::string stop() { return event("message_stop", R"({"type":"message_stop"})"); }
inline std::string error(std::string_view type, std::string_view message) {
  return event("error", R"({"type":"error","error":{"type":")" + std::string(type) +
                            R"(","message":")" + std::string(message) +
                            R"("},"request_id":"req_011"})");
}

/// Thinking, a text and two calls, the second of them without arguments; event by event.
inline std::vector<std::string> full_events() {
  return {start(R"({"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":7,)"
                R"("output_tokens":2,"service_tier":"standard"})"),
          thinking_block(0),
          ping(),
          thinking(0, "Let me "),
          thinking(0, R"(see \u00e4 \"x\")"),
          signature(0, "EqQBCg/+w=="),
          stop_block(0),
          block(1, R"({"type":"redacted_thinking","data":"Emw="})"),
          stop_block(1),
          text_block(2),
          text(2, "Hello"),
          text(2, R"( \ud83d\ude00\n)"),
          stop_block(2),
          tool_block(3, "toolu_01", "get_weather"),
          input(3, ""),
          input(3, R"({\"city\":)"),
          input(3, R"( \"K\\u00f6ln\"})"),
          stop_block(3),
          tool_block(4, "toolu_02", "now"),
          input(4, ""),
          stop_block(4),
          message_delta("tool_use"),
          stop()};
}

inline std::string joined(const std::vector<std::string>& events, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += events[i];
  return all;
}
inline std::string full_stream() {
  const auto events = full_events();
  return joined(events, events.size());
}

}  // namespace llmgw::proxy::anthropic_sample
