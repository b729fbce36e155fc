// SPDX-License-Identifier: MIT
// The body editor: which bodies are edited, and where; judged by a full parse.
#include "proxy/provider/openai/stream_options.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "common/json/reader.hpp"

namespace llmgw::proxy {
namespace {

using nlohmann::json;

std::string edited(std::string body) {
  const auto place = place_for_usage_option(body);
  return place ? body.insert(*place, usage_option) : "untouched";
}

TEST(StreamOptions, AreAddedBehindTheLastMember) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"stream":true})", R"({"stream":true,"stream_options":{"include_usage":true}})"},
      {R"({"model":"m","n":1.50e0,"stream":true,"messages":[]})",
       R"({"model":"m","n":1.50e0,"stream":true,"messages":[],"stream_options":{"include_usage":true}})"},
      {"{\n  \"stream\" : true ,\n  \"x\": \"}\"\n}\n",
       "{\n  \"stream\" : true ,\n  \"x\": \"}\",\"stream_options\":{\"include_usage\":true}\n}\n"},
      {R"( {"str\u0065am":true} )",
       R"( {"str\u0065am":true,"stream_options":{"include_usage":true}} )"},
      {R"({"stream":true,"stream":true})",
       R"({"stream":true,"stream":true,"stream_options":{"include_usage":true}})"},
      {R"({"a":{"stream_options":{},"stream":false},"stream":true,"b":[{"stream_options":1}]})",
       R"({"a":{"stream_options":{},"stream":false},"stream":true,"b":[{"stream_options":1}],"stream_options":{"include_usage":true}})"},
      {R"({"stream":true,"t":"\"stream_options\":{} \u00e4\\"})",
       R"({"stream":true,"t":"\"stream_options\":{} \u00e4\\","stream_options":{"include_usage":true}})"},
  };
  for (const auto& [body, expected] : cases) EXPECT_EQ(edited(body), expected) << body;
}

TEST(StreamOptions, AreLeftAloneWhereInDoubt) {
  const std::string deep(JsonReader<JsonForm::any>::deepest + 1, '[');
  const std::string cases[] = {
      "",
      "{",
      "{}",
      "null",
      R"([{"stream":true}])",
      R"({"stream":false})",
      R"({"stream":null})",
      R"({"stream":1})",
      R"({"stream":"true"})",
      R"({"model":"m"})",
      R"({"a":{"stream":true}})",
      R"({"stream":true,"stream":false})",
      R"({"stream":false,"stream":true})",
      R"({"stream":true,"str\u0065am":false})",
      R"({"stream":true,"stream_options":{"include_usage":true}})",
      R"({"stream":true,"stream_options":{"include_usage":false}})",
      R"({"stream":true,"stream_options":{"include_usage":null}})",
      R"({"stream":true,"stream_options":{"include_obfuscation":false}})",
      R"({"stream":true,"stream_options":{}})",
      R"({"stream":true,"stream_options":null})",
      R"({"stream_options":{},"stream":true})",
      R"({"stream":true,"stream\u005foptions":{}})",
      // No JSON, in a way that some server might accept all the same.
      R"({"stream":true,})",
      R"({"stream":true}})",
      R"({"stream":true} x)",
      R"({"stream":true,"a":[1,]})",
      R"({"stream":true,"a":01})",
      R"({"stream":true,"a":.5})",
      R"({"stream":true,"a":1.})",
      R"({"stream":true,"a":+1})",
      R"({"stream":true,"a":NaN})",
      R"({"stream":true,"a":truex})",
      R"({"stream":true,"a":"\x"})",
      R"({"stream":true,"a":"\u12g4"})",
      R"({"stream":true,"a":[1}})",
      R"({"stream":true,'a':1})",
      R"({"stream":true,a:1})",
      R"({"stream":true "a":1})",
      R"({"stream":true,"a"})",
      R"({"stream":true,"a":"x)",
      "\xef\xbb\xbf{\"stream\":true}",
      R"({"stream":true /* c */})",
      R"({"stream":true,"a":)" + deep + std::string(JsonReader<JsonForm::any>::deepest + 1, ']') +
          "}",
  };
  for (const std::string& body : cases) EXPECT_EQ(edited(body), "untouched") << body;
}

TEST(StreamOptions, EveryCutOfABodyIsLeftAlone) {
  const std::string body = R"({"a":[1,{"b":"\u00e4"}],"stream":true,"c":-1.5e+3,"d":{"e":null}})";
  ASSERT_NE(edited(body), "untouched");
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_EQ(edited(body.substr(0, size)), "untouched") << size;
}

TEST(StreamOptions, DeepNestingIsFollowedToItsLimit) {
  const std::string body = R"({"stream":true,"a":)" +
                           std::string(JsonReader<JsonForm::any>::deepest, '[') +
                           std::string(JsonReader<JsonForm::any>::deepest, ']') + "}";
  EXPECT_NE(edited(body), "untouched");
}

// What is edited parses to what it was and the option; what is not is no such request.
TEST(StreamOptions, AgreeWithAFullParse) {
  std::mt19937 random(17);
  const std::string_view pieces[] = {"{",
                                     "}",
                                     "[",
                                     "]",
                                     ",",
                                     ":",
                                     R"("stream")",
                                     R"("stream_options")",
                                     "true",
                                     "false",
                                     "null",
                                     "1",
                                     "-0",
                                     "1e5",
                                     "\"\"",
                                     R"("a\"b")",
                                     R"("str\u0065am")",
                                     " ",
                                     R"("x")",
                                     "\n",
                                     "0.5",
                                     "\"",
                                     "\\",
                                     R"({"stream":true,)",
                                     R"("y":{"z":[]},)"};
  int edits = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string body = round % 2 == 0 ? R"({"stream":true)" : "";
    for (auto count = random() % 12; count > 0; --count)
      body += pieces[random() % std::size(pieces)];
    if (round % 2 == 0) body += '}';
    const std::string result = edited(body);
    json before = json::parse(body, nullptr, false);
    if (result == "untouched") {
      const bool asks = before.is_object() && before.value("stream", json()) == true &&
                        !before.contains("stream_options");
      // Only a key given twice makes it a doubtful one.
      const std::size_t first = body.find("\"str");
      EXPECT_TRUE(!asks || body.find("\"str", first + 1) != body.npos) << body;
      continue;
    }
    ++edits;
    ASSERT_TRUE(before.is_object()) << body;
    before["stream_options"] = {{"include_usage", true}};
    ASSERT_EQ(json::parse(result, nullptr, false), before) << body;
  }
  EXPECT_GT(edits, 1000);
}

}  // namespace
}  // namespace llmgw::proxy
