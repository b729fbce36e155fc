// SPDX-License-Identifier: MIT
// Replies shown to a meter whole and cut at every place, and the parts that such replies consist
// of.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/metering/response_meter.hpp"
#include "proxy/provider/openai/usage_reader.hpp"
#include "tests/support/in_pieces.hpp"

namespace llmgw::proxy {

inline constexpr std::uint64_t capture_limit = 256 * 1024;
inline constexpr std::nullopt_t unknown = std::nullopt;
inline JsonPatterns patterns;  // known from one body to the next, as on a worker
inline const std::string json_type = "application/json";
inline const std::string sse_type = "text/event-stream; charset=utf-8";

struct Expected {
  Usage usage;  // prompt, completion, total, cached, reasoning, cache_write, cache_write_1h
  std::string model;
  std::string finish_reason;
  bool error_event = false;
};

inline std::string to_text(const Usage& usage) {
  std::string text;
  for (const auto& count : {usage.prompt, usage.completion, usage.total, usage.cached,
                            usage.reasoning, usage.cache_write, usage.cache_write_1h}) {
    text += count ? std::to_string(*count) + " " : "- ";
  }
  return text;
}

inline ResponseFacts meter(std::string_view type, std::string_view body,
                           std::string_view coding = "", std::uint64_t limit = capture_limit,
                           const UsageReader& reader = openai_usage_reader) {
  ResponseMeter meter;
  meter.begin(reader, patterns, type, coding, limit);
  meter.observe(body);
  return meter.finish();
}

inline void expect_facts(const std::string& type, const std::string& body, const Expected& expected,
                         const UsageReader& reader = openai_usage_reader) {
  in_all_pieces(body, [&](auto feed, const std::string& how) {
    ResponseMeter meter;
    meter.begin(reader, patterns, type, "", capture_limit);
    feed([&](std::string_view piece) { meter.observe(piece); });
    const ResponseFacts facts = meter.finish();
    EXPECT_EQ(to_text(facts.usage), to_text(expected.usage)) << body << '\n' << how;
    EXPECT_EQ(facts.model.view(), expected.model) << body << '\n' << how;
    EXPECT_EQ(facts.finish_reason.view(), expected.finish_reason) << body << '\n' << how;
    EXPECT_EQ(facts.error_event, expected.error_event) << body << '\n' << how;
    EXPECT_FALSE(facts.capture_truncated);
  });
}

inline std::string chunk(const std::string& rest) {
  return R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18",)" +
         rest + "}\n\n";
}
inline const std::string delta =
    R"("choices":[{"index":0,"delta":{"content":"Hi \"usage\":{}"},"finish_reason":null}])";
inline const std::string stop =
    R"("choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}])";
inline const std::string counts =
    R"("usage":{"prompt_tokens":14,"completion_tokens":9,"total_tokens":23,"prompt_tokens_details":{"cached_tokens":4,)"
    R"("audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":2,"accepted_prediction_tokens":0}})";
inline const std::string done = "data: [DONE]\n\n";
inline const Usage counted{14, 9, 23, 4, 2};

}  // namespace llmgw::proxy
