// SPDX-License-Identifier: MIT
// Requests as an SDK sends them, answers as a provider gives them.
#include "bench/load/texts.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace llmgw::bench {
namespace {

constexpr std::string_view chunk_start =
    R"(data: {"id":"chatcmpl-9xQ2k7LmTz","object":"chat.completion.chunk","created":1764000000,)"
    R"("model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"delta":{"content":")";
constexpr std::string_view chunk_end = R"("},"finish_reason":null}]})";
constexpr std::string_view ending_text =
    R"(data: {"choices":[],"usage":{"prompt_tokens":14,"completion_tokens":200,)"
    R"("total_tokens":214,"prompt_tokens_details":{"cached_tokens":0}}})"
    "\n\ndata: [DONE]\n\n";
constexpr std::size_t time_digits = 16;
constexpr std::size_t number_digits = 8;
static_assert(time_digits + number_digits == content_digits);
constexpr std::string_view frame_line = "e1\r\n";  // 225

void write_hex(char* out, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}

// The payload of a chunk with zeros where its time and number go.
const std::string& chunk_pattern() {
  static const std::string text = [] {
    std::string made(chunk_start);
    made.append(time_digits + number_digits, '0');
    made.append(StreamText::chunk_size - made.size() - chunk_end.size() - 2, ' ');
    return made.append(chunk_end).append("\n\n");
  }();
  return text;
}

// The time and the number that a chunk's content is.
std::optional<StreamText::Seen> read_digits(std::string_view content) {
  if (content.size() < time_digits + number_digits) return std::nullopt;
  StreamText::Seen seen;
  const char* at = content.data();
  const char* const middle = at + time_digits;
  const auto time = std::from_chars(at, middle, seen.sent_at, 16);
  const auto number = std::from_chars(middle, middle + number_digits, seen.number, 16);
  if (time.ptr != middle || number.ptr != middle + number_digits) return std::nullopt;
  return seen;
}

// As long as any other chunk, by a comment line (which SSE clients ignore).
const std::string& ending_payload() {
  static const std::string text = [] {
    std::string made = ":";
    made.append(StreamText::chunk_size - ending_text.size() - 2, ' ').append("\n");
    return made.append(ending_text);
  }();
  return text;
}

}  // namespace

void write_content(char* out, std::int64_t sent_at, std::uint32_t number) {
  write_hex(out, static_cast<std::uint64_t>(sent_at), time_digits);
  write_hex(out + time_digits, number, number_digits);
}

RequestText make_request(std::size_t body_size, bool stream, std::string_view fields) {
  RequestText made;
  made.body = R"({"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are brief."},)"
              R"({"role":"user","content":")";
  const std::string tail = stream ? R"("}],"stream":true,"stream_options":{"include_usage":true}})"
                                  : R"("}],"temperature":0.2,"max_tokens":256})";
  constexpr std::string_view words = "The quick brown fox jumps over the lazy dog. ";
  const std::size_t begin = made.body.size();
  while (made.body.size() + tail.size() < body_size) {
    made.body.append(words.substr(0, body_size - made.body.size() - tail.size()));
  }
  made.content = made.body.substr(begin);
  made.body.append(tail);
  made.whole =
      "POST /v1/chat/completions HTTP/1.1\r\n"
      "Host: gateway.internal:8080\r\n"
      "Accept: application/json\r\n"
      "Content-Type: application/json\r\n"
      "User-Agent: OpenAI/Python 1.54.0\r\n"
      "Authorization: Bearer app-key-0123456789abcdef\r\n"
      "X-LLM-Tenant: team-a\r\n";
  while (!fields.empty()) {
    const std::size_t end = std::min(fields.find(';'), fields.size());
    made.whole.append(fields.substr(0, end)).append("\r\n");
    fields.remove_prefix(std::min(end + 1, fields.size()));
  }
  made.whole += "Content-Length: " + std::to_string(made.body.size()) + "\r\n\r\n" + made.body;
  return made;
}

const ReplyText& plain_reply() {
  static const ReplyText text = [] {
    ReplyText made;
    made.body =
        R"({"id":"chatcmpl-9xQ2k7LmTz","object":"chat.completion","created":1764000000,)"
        R"("model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant",)"
        R"("content":"Foxes jump, dogs sleep, and neither seems to mind."},"logprobs":null,)"
        R"("finish_reason":"stop"}],"usage":{"prompt_tokens":14,"completion_tokens":12,)"
        R"("total_tokens":26,"prompt_tokens_details":{"cached_tokens":0},)"
        R"("completion_tokens_details":{"reasoning_tokens":0}},"system_fingerprint":"fp_0ba0d1"})";
    made.content = "Foxes jump, dogs sleep, and neither seems to mind.";
    made.whole =
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/json\r\n"
        "X-Request-Id: req_4f1d0b7a9c\r\n"
        "Openai-Version: 2020-10-01\r\n"
        "Content-Length: " +
        std::to_string(made.body.size()) + "\r\n\r\n" + made.body;
    return made;
  }();
  return text;
}

namespace {

std::string_view stream_head() {
  return "HTTP/1.1 200 OK\r\n"
         "Content-Type: text/event-stream; charset=utf-8\r\n"
         "Cache-Control: no-cache\r\n"
         "X-Request-Id: req_4f1d0b7a9c\r\n"
         "Transfer-Encoding: chunked\r\n\r\n";
}

std::string_view stream_chunk(std::int64_t sent_at, std::uint32_t number) {
  static std::string text = std::string(frame_line) + chunk_pattern() + "\r\n";
  write_content(text.data() + frame_line.size() + chunk_start.size(), sent_at, number);
  return text;
}

std::string_view stream_ending() {
  static const std::string text = std::string(frame_line) + ending_payload() + "\r\n0\r\n\r\n";
  return text;
}

}  // namespace

const Answers openai_answers{plain_reply, stream_head, stream_chunk, stream_ending};

std::optional<StreamText::Seen> StreamText::read(std::string_view payload) {
  if (payload == ending_payload()) return Seen{0, 0, true};
  const std::string& pattern = chunk_pattern();
  const std::size_t digits = chunk_start.size();
  const std::size_t behind = digits + time_digits + number_digits;
  if (payload.substr(0, digits) != chunk_start ||
      payload.substr(behind) != std::string_view(pattern).substr(behind)) {
    return std::nullopt;
  }
  return read_digits(payload.substr(digits));
}

std::optional<StreamText::Seen> StreamText::read_content(std::string_view line) {
  if (line.starts_with("data: [DONE]")) return Seen{0, 0, true};
  constexpr std::string_view name = R"("content":)";
  const std::size_t at = line.find(name);
  if (at == line.npos) return std::nullopt;
  line.remove_prefix(at + name.size());
  while (line.starts_with(' ')) line.remove_prefix(1);
  if (!line.starts_with('"')) return std::nullopt;
  return read_digits(line.substr(1));
}

}  // namespace llmgw::bench
