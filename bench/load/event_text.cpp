// SPDX-License-Identifier: MIT
// Events without end.
#include "bench/load/event_text.hpp"

namespace llmgw::bench {
namespace {

constexpr std::string_view event =
    R"({"request_id":"req_0192f3a4b5c67d8e9f00112233445566","tenant":"team-a",)"
    R"("app_key":"sha256:3f1c9a0b4d2e","provider":"openai","model":"gpt-4o-mini-2024-07-18",)"
    R"("prompt_tokens":14,"completion_tokens":12,"total_tokens":26,"latency_ms":812.417,)"
    R"("status_code":200,"ts":"2026-11-23T08:30:00.123Z","schema_version":1,)"
    R"("event_id":"0192f3a4-b5c6-7d8e-9f00-000000000000","request_model":"gpt-4o-mini",)"
    R"("endpoint":"/v1/chat/completions","stream":false,"outcome":"completed",)"
    R"("usage_source":"upstream","cached_tokens":0,"reasoning_tokens":0,"ttft_ms":811.702,)"
    R"("upstream_request_id":"req_4f1d0b7a9c","request_bytes":400,"response_bytes":560,)"
    R"("captured_bytes":560,"capture_truncated":false,"finish_reason":"stop"})"
    "\n";
constexpr std::size_t id_digits = 12;

}  // namespace

EventBatches::EventBatches(std::uint32_t events) {
  text_ =
      "POST /events HTTP/1.1\r\nHost: collector\r\nContent-Type: application/x-ndjson\r\n"
      "Content-Length: " +
      std::to_string(events * event.size()) + "\r\n\r\n";
  const std::size_t id = event.find("-000000000000") + 1;
  for (std::uint32_t i = 0; i < events; ++i) {
    ids_.push_back(text_.size() + id);
    text_.append(event);
  }
}

std::string_view EventBatches::next() {
  for (const std::size_t at : ids_) {
    std::uint64_t value = ++counter_;
    for (std::size_t i = id_digits; i-- > 0; value >>= 4)
      text_[at + i] = "0123456789abcdef"[value & 15];
  }
  return text_;
}

}  // namespace llmgw::bench
