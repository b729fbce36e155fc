// SPDX-License-Identifier: MIT
// Requests of every kind and none: each is translated or refused, and always alike.
#include <array>

#include "tests/unit/proxy/provider/gemini/translated.hpp"

namespace llmgw::proxy {
namespace {

using gemini_test::dropping;
using gemini_test::gemini_2;
using gemini_test::gemini_3;

// A bit of everything.
constexpr std::string_view sample =
    R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"max_tokens":100,
"temperature":0.5,"top_p":0.9,"stop":["a","b"],"seed":7,"user":"u","reasoning_effort":"low",
"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object",
"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"anyOf":[{"type":"string"},
{"type":"null"}]}}}}},"tools":[{"type":"function","function":{"name":"f","description":"d",
"parameters":{"type":"object","properties":{"q":{"type":["string","null"]},"r":{"oneOf":[
{"const":"x"},{"type":"array"}]}},"required":["q"]},"strict":true}}],"tool_choice":{"type":
"function","function":{"name":"f"}},"extra_body":{"google":{"thinking_config":
{"thinking_budget":1},"safety_settings":[],"cached_content":"c"}},"messages":[
{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"\u00e4"},
{"type":"image_url","image_url":{"url":"data:image/png;base64,QUI="}},{"type":"image_url",
"image_url":{"url":"https://e.org/a.png"}},{"type":"input_audio","input_audio":{"data":"QQ==",
"format":"wav"}},{"type":"file","file":{"file_data":"QQ==","filename":"a.pdf"}}]},
{"role":"assistant","content":"t","tool_calls":[{"id":"c1","type":"function","function":
{"name":"f","arguments":"{\"q\":\"\\u00e9\"}"},"extra_content":{"google":
{"thought_signature":"QUJD"}}},{"id":"c2","type":"function","function":{"name":"f",
"arguments":""}}]},{"role":"tool","tool_call_id":"c2","content":"2"},{"role":"tool",
"tool_call_id":"c1","content":[{"type":"text","text":"1"}]},{"role":"system","content":"m"},
{"role":"user","content":"go"}]})";

// The one that has most done for it, and another.
std::array<TranslationTarget, 2> targets() {
  TranslationTarget reducing = dropping(gemini_3);
  reducing.reduces_schema = true;
  return {gemini_2, reducing};
}

void check(std::string_view body) {
  for (const TranslationTarget& target : targets()) {
    // On the heap to the byte, so that a sanitizer sees reads beyond.
    const std::vector<char> exact(body.begin(), body.end());
    const RequestTranslation result =
        translate_to_gemini(std::string_view(exact.data(), exact.size()), target);
    if (const auto* const request = std::get_if<TranslatedRequest>(&result)) {
      EXPECT_TRUE(nlohmann::json::accept(request->body)) << request->body;
    } else {
      EXPECT_FALSE(std::get<TranslationRefusal>(result).message.empty());
    }
  }
}

TEST(GeminiHostile, R5SameBytesYieldTheSame) {
  const TranslationTarget target = targets()[1];
  const TranslatedRequest first = gemini_test::translated(sample, target);
  for (int round = 0; round < 1000; ++round) {
    const RequestTranslation again = translate_to_gemini(std::string(sample), target);
    ASSERT_EQ(std::get<TranslatedRequest>(again).body, first.body);
    ASSERT_EQ(std::get<TranslatedRequest>(again).dropped, first.dropped);
  }
}

TEST(GeminiHostile, CutAnywhereIsRefused) {
  for (std::size_t size = 0; size < sample.size(); ++size) {
    check(sample.substr(0, size));
    EXPECT_EQ(gemini_test::refused(sample.substr(0, size)).code, "invalid_value");
  }
}

TEST(GeminiHostile, AnyByteMayBeAnother) {
  std::string body(sample);
  for (std::size_t at = 0; at < body.size(); ++at) {
    for (const char c : {'"', ']'}) {
      const char before = std::exchange(body[at], c);
      const RequestTranslation result = translate_to_gemini(body, gemini_3);
      const auto* const request = std::get_if<TranslatedRequest>(&result);
      EXPECT_TRUE(request == nullptr || !request->body.empty());
      body[at] = before;
    }
  }
}

// Puts each value in the place of each other, one at a time.
void check_with_other_values(nlohmann::json& whole, nlohmann::json& value) {
  static const nlohmann::json others[] = {true, -1.5, "", {1}, {{"type", 5}}};
  for (const nlohmann::json& other : others) {
    nlohmann::json before = std::exchange(value, other);
    check(whole.dump());
    value = std::move(before);
  }
  for (auto& each : value.is_structured() ? value : nlohmann::json::array())
    check_with_other_values(whole, each);
}

TEST(GeminiHostile, AnyValueMayBeOfAnotherType) {
  nlohmann::json whole = nlohmann::json::parse(sample);
  check_with_other_values(whole, whole);
}

TEST(GeminiHostile, NestingAndRepetitionAreBounded) {
  const std::string deep(300, '[');
  const std::string closed = deep + std::string(300, ']');
  check(gemini_test::with("\"x\":" + closed));
  check(gemini_test::with("\"metadata\":" + deep));
  check(gemini_test::of_messages(closed));
  check(
      R"({"messages":[],"messages":[{"role":"user","role":"user","content":"a","content":"b"}]})");
  std::string calls, results;
  for (int i = 0; i < 2000; ++i) {
    const std::string id = std::to_string(i);
    if (i > 0) calls += ',';
    calls += R"({"id":")" + id + R"(","function":{"name":"f","arguments":""}})";
    results += R"(,{"role":"tool","tool_call_id":")" + id + R"(","content":""})";
  }
  check(gemini_test::of_messages(R"({"role":"assistant","tool_calls":[)" + calls + "]}" + results));
}

}  // namespace
}  // namespace llmgw::proxy
