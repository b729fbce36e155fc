// SPDX-License-Identifier: MIT
// Whatever is sent, there is a request or a refusal; and a request is JSON.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy {
namespace {

const std::string sample =
    R"({"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"s\u00e4",)"
    R"("cache_control":{"type":"ephemeral"}}]},{"role":"user","content":[{"type":"text","text":"a"},)"
    R"({"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}},)"
    R"({"type":"file","file":{"file_data":"data:text/plain;base64,QUJD","filename":"x"}}]},)"
    R"({"role":"assistant","content":null,"thinking_blocks":[{"type":"thinking","thinking":"t","signature":"QUJD"}],)"
    R"("tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":[1,{\"b\":\"\\n\"}]}"}},)"
    R"({"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},)"
    R"({"role":"tool","tool_call_id":"c2","content":"r2"},{"role":"developer","content":"d"},)"
    R"({"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"r1"}]},)"
    R"({"role":"assistant","content":"end "}],"tools":[{"type":"function","function":{"name":"f",)"
    R"("parameters":{"type":"object","properties":{"a":{"type":"array"}}}}}],"tool_choice":"auto",)"
    R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object",)"
    R"("properties":{"x":{"anyOf":[{"type":"string","minLength":2},{"type":"null"}]}}}}},)"
    R"("reasoning_effort":"high","stop":["a","b"],"temperature":0.5,"user":"u","stream":true,)"
    R"("stream_options":{"include_usage":true},"max_tokens":5000,"seed":1,"strange":{"x":[]}})";

// Returns whether it was taken.
bool look_at(const std::string& body, const TranslationTarget& target = plain_target()) {
  const RequestTranslation got = translate_to_anthropic(body, target);
  if (const auto* const request = std::get_if<TranslatedRequest>(&got)) {
    EXPECT_TRUE(Json::accept(request->body)) << body << "\n" << request->body;
    return true;
  }
  EXPECT_FALSE(std::get<TranslationRefusal>(got).message.empty());
  EXPECT_FALSE(std::get<TranslationRefusal>(got).code.empty());
  return false;
}

TEST(AnthropicHostile, SampleIsTaken) {
  for (const std::string_view model : {"claude-sonnet-4-6", "claude-sonnet-4-5", "claude-opus-4-8"})
    EXPECT_TRUE(look_at(sample, target_of(model)));
}

TEST(AnthropicHostile, CutAtEveryByte) {
  for (std::size_t size = 0; size < sample.size(); ++size)
    EXPECT_FALSE(look_at(sample.substr(0, size))) << size;
}

TEST(AnthropicHostile, EveryByteChangedOrTakenOut) {
  constexpr std::string_view others = "\"\\{],0n ";
  for (std::size_t at = 0; at < sample.size(); ++at) {
    std::string without = sample;
    look_at(without.erase(at, 1));
    std::string changed = sample;
    changed[at] = others[at % others.size()];
    look_at(changed);
  }
}

// Puts each of some values in the place of each value of the sample.
void replace_each(Json& node, Json& root) {
  const Json values[] = {nullptr,
                         true,
                         1.5,
                         -1,
                         "",
                         "x",
                         Json::array(),
                         Json::object(),
                         Json::array({1, Json::object()}),
                         {{"type", "text"}, {"text", 1}}};
  for (const Json& value : values) {
    Json kept = std::exchange(node, value);
    look_at(root.dump());
    node = std::move(kept);
  }
  if (!node.is_structured()) return;
  for (Json& each : node) replace_each(each, root);
}

TEST(AnthropicHostile, WrongTypesEverywhere) {
  Json root = Json::parse(sample);
  replace_each(root, root);
}

TEST(AnthropicHostile, MembersTwice) {
  Json root = Json::parse(sample);
  for (const auto& member : root.items()) {
    const std::string again = "," + Json(member.key()).dump() + ":" + member.value().dump() + "}";
    EXPECT_TRUE(look_at(sample.substr(0, sample.size() - 1) + again));
    look_at("{\"" + member.key() + "\":[1]," + sample.substr(1));
  }
}

TEST(AnthropicHostile, DeepNesting) {
  for (const std::size_t depth : {30u, 200u, 255u, 256u, 257u, 100'000u}) {
    const std::string open(depth, '['), close(depth, ']');
    look_at(with("\"x\":" + open + close));
    look_at(with("\"metadata\":{\"a\":" + open + close + "}"));
    look_at(talk(R"({"role":"user","content":)" + open + close + "}"));
    std::string schema, ends;
    for (std::size_t i = 0; i < depth && i < 1000; ++i) {
      schema += R"({"type":"array","items":)";
      ends += "}";
    }
    look_at(with(R"("response_format":{"type":"json_schema","json_schema":{"schema":)" + schema +
                 "{}" + ends + "}}"));
    look_at(talk(hi + "," + calls(call("a", "\"{\\\"x\\\":" + open + close + "}\"")) + "," +
                 result("a", "1")));
  }
}

TEST(AnthropicHostile, ManyCallsAndResultsTakeLinearTime) {
  std::string list, results;
  for (int i = 0; i < 4'000; ++i) {
    list += (i > 0 ? "," : "") + call("c" + std::to_string(i));
    results += "," + result("c" + std::to_string(3'999 - i), "r");
  }
  EXPECT_TRUE(std::holds_alternative<TranslatedRequest>(
      translate_to_anthropic(talk(hi + "," + calls(list) + results), plain_target())));
}

TEST(AnthropicHostile, RefusalsHoldNoTextOfTheRequest) {
  const std::string secret = "sEcReT";
  for (const std::string& body :
       {talk(R"({"role":")" + secret + R"(","content":"x"})"),
        with("\"reasoning_effort\":\"" + secret + "\""),
        with("\"tools\":[{\"type\":\"" + secret + "\"}]"),
        with(one_tool + ",\"tool_choice\":\"" + secret + "\""), talk(result(secret, "x")),
        talk(hi + "," + calls(call(secret)))}) {
    const TranslationRefusal refusal = refused(body);
    EXPECT_EQ(refusal.message.find(secret), std::string::npos) << refusal.message;
    EXPECT_EQ(refusal.param.find(secret), std::string::npos);
  }
}

}  // namespace
}  // namespace llmgw::proxy
