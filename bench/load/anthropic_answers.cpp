// SPDX-License-Identifier: MIT
// Answers as Anthropic gives them, for gateways that translate.
#include "bench/load/texts.hpp"

namespace llmgw::bench {
namespace {

constexpr std::string_view chunk_start =
    "event: content_block_delta\n"
    R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")";
constexpr std::string_view chunk_end = "\"}}\n\n";

std::string framed(std::string_view payload) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (std::size_t rest = payload.size(); rest > 0; rest /= 16)
    size.insert(0, 1, digits[rest % 16]);
  return size.append("\r\n").append(payload).append("\r\n");
}

const ReplyText& plain() {
  static const ReplyText text = [] {
    ReplyText made;
    made.content = plain_reply().content;
    made.body = R"({"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant",)"
                R"("model":"claude-sonnet-4-6","content":[{"type":"text","text":")";
    made.body.append(made.content);
    made.body.append(
        R"("}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":14,)"
        R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":12,)"
        R"("service_tier":"standard"}})");
    made.whole =
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/json\r\n"
        "request-id: req_011CSHoEeqs5C35K2UUqR7Fy\r\n"
        "Content-Length: " +
        std::to_string(made.body.size()) + "\r\n\r\n" + made.body;
    return made;
  }();
  return text;
}

std::string_view begin() {
  static const std::string text =
      "HTTP/1.1 200 OK\r\n"
      "Content-Type: text/event-stream; charset=utf-8\r\n"
      "Cache-Control: no-cache\r\n"
      "request-id: req_011CSHoEeqs5C35K2UUqR7Fy\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" +
      framed(
          "event: message_start\n"
          R"(data: {"type":"message_start","message":{"id":"msg_01XFDUDYJgAACzvnptvVoYEL",)"
          R"("type":"message","role":"assistant","model":"claude-sonnet-4-6","content":[],)"
          R"("stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":14,)"
          R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}})"
          "\n\nevent: content_block_start\n"
          R"(data: {"type":"content_block_start","index":0,)"
          R"("content_block":{"type":"text","text":""}})"
          "\n\n");
  return text;
}

std::string_view chunk(std::int64_t sent_at, std::uint32_t number) {
  static std::string text =
      framed(std::string(chunk_start).append(content_digits, '0').append(chunk_end));
  static const std::size_t at = text.find(chunk_start) + chunk_start.size();
  write_content(text.data() + at, sent_at, number);
  return text;
}

std::string_view ending() {
  static const std::string text =
      framed(
          "event: content_block_stop\n"
          R"(data: {"type":"content_block_stop","index":0})"
          "\n\nevent: message_delta\n"
          R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn",)"
          R"("stop_sequence":null},"usage":{"output_tokens":200}})"
          "\n\nevent: message_stop\n"
          R"(data: {"type":"message_stop"})"
          "\n\n") +
      "0\r\n\r\n";
  return text;
}

}  // namespace

const Answers anthropic_answers{plain, begin, chunk, ending};

}  // namespace llmgw::bench
