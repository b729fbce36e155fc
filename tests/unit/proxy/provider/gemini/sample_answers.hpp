// SPDX-License-Identifier: MIT
// Streams and answers as Gemini's API sends them, put together event by event.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/proxy/provider/chat_answer/streams.hpp"

namespace llmgw::proxy::gemini_sample {

inline const AnswerTerms terms{.provider = "google",
                               .model = "gemini-flash",
                               .request_id = "req-1",
                               .created = 1764403200,
                               .wants_usage = true,
                               .shows_reasoning = true};

inline constexpr std::string_view counts =
    R"({"promptTokenCount":11,"candidatesTokenCount":5,"thoughtsTokenCount":3,"totalTokenCount":19})";

/// Behind `candidates`, as all events have it.
inline std::string names(std::string_view usage = counts) {
  return R"("usageMetadata":)" + std::string(usage) +
         R"(,"modelVersion":"gemini-3-flash","responseId":"rAbC_1")";
}

inline std::string event(std::string_view json) {
  return "data: " + std::string(json) + "\r\n\r\n";
}

inline std::string candidate(std::string_view parts, std::string_view rest = "") {
  return R"({"content":{"parts":[)" + std::string(parts) + R"(],"role":"model"})" +
         std::string(rest) + "}";
}
inline std::string finishing(std::string_view reason) {
  return R"(,"finishReason":")" + std::string(reason) + R"(","index":0)";
}

inline std::string answer(std::string_view candidates, std::string_view usage = counts) {
  return R"({"candidates":[)" + std::string(candidates) + "]," + names(usage) + "}";
}

/// One event of one candidate.
inline std::string parts(std::string_view list, std::string_view rest = R"(,"index":0)") {
  return event(answer(candidate(list, rest)));
}
inline std::string finish(std::string_view reason) { return parts("", finishing(reason)); }

inline std::string text(std::string_view raw) { return R"({"text":")" + std::string(raw) + "\"}"; }
inline std::string thought(std::string_view raw) {
  return R"({"text":")" + std::string(raw) + R"(","thought":true})";
}
inline std::string call(std::string_view name, std::string_view args, std::string_view rest = "") {
  return R"({"functionCall":{"name":")" + std::string(name) + R"(","args":)" + std::string(args) +
         "}" + std::string(rest) + "}";
}
inline std::string error(int code, std::string_view status, std::string_view message) {
  return event(R"({"error":{"code":)" + std::to_string(code) + R"(,"message":")" +
               std::string(message) + R"(","status":")" + std::string(status) + R"("}})");
}

/// Thoughts, a text, two calls of which the first is signed, an image, and the finish in an event
/// of its own; event by event.
inline std::vector<std::string> full_events() {
  return {parts(thought("Let me ")),
          parts(thought(R"(see \u00e4)")),
          parts(text("Hello")),
          parts(text(R"( \ud83d\ude00\n)") + R"(,{"text":"","thoughtSignature":"c2ln"})"),
          parts(call("get_weather", R"({"city": "K\u00f6ln","n":1.0})",
                     R"(,"thoughtSignature":"EqQB/+w==")") +
                "," + R"({"functionCall":{"id":"fc-7","name":"now"}})"),
          parts(R"({"inlineData":{"mimeType":"image/png","data":"iVBO"}})"),
          event(answer(R"({"finishReason":"STOP","index":0})",
                       R"({"promptTokenCount":11,"candidatesTokenCount":20,)"
                       R"("thoughtsTokenCount":4,"totalTokenCount":35,)"
                       R"("cachedContentTokenCount":8})"))};
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

}  // namespace llmgw::proxy::gemini_sample
