// SPDX-License-Identifier: MIT
// Marks for the prompt cache: they arrive, and there are four at most.
#include "proxy/provider/anthropic/cache_marks.hpp"

#include <gtest/gtest.h>

#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy {
namespace {

const std::string mark = R"("cache_control":{"type":"ephemeral"})";
const Json as_sent = {{"type", "ephemeral"}};

std::string text_part(const std::string& more) {
  return R"({"type":"text","text":"t",)" + more + "}";
}
std::string user(const std::string& parts) {
  return R"({"role":"user","content":[)" + parts + "]}";
}

TEST(AnthropicCacheMarks, R4ArriveOnEveryKindOfMessage) {
  const std::string system = R"({"role":"system","content":"s",)" + mark + "},";
  EXPECT_EQ(sent(talk(system + hi))["system"][0]["cache_control"], as_sent);
  EXPECT_EQ(
      turns(R"({"role":"user","content":"a",)" + mark + "}")[0]["content"][0]["cache_control"],
      as_sent);
  EXPECT_EQ(turns(user(text_part(mark)))[0]["content"][0]["cache_control"], as_sent);
  const Json assistant = turns(hi + R"(,{"role":"assistant","content":"a",)" + mark + "}," + hi);
  EXPECT_EQ(assistant[1]["content"][0]["cache_control"], as_sent);
  const Json called = turns(hi + R"(,{"role":"assistant","content":"a",)" + mark +
                            R"(,"tool_calls":[)" + call("a") + "]}," + result("a", "1"));
  EXPECT_FALSE(called[1]["content"][0].contains("cache_control"));
  EXPECT_EQ(called[1]["content"][1]["cache_control"], as_sent);
  const Json answered = turns(hi + "," + calls(call("a")) +
                              R"(,{"role":"tool","tool_call_id":"a","content":"1",)" + mark + "}");
  EXPECT_EQ(answered[2]["content"][0]["cache_control"], as_sent);
  const Json image =
      turns(user(R"({"type":"image_url","image_url":{"url":"https://x/y"},)" + mark + "}"));
  EXPECT_EQ(image[0]["content"][0]["cache_control"], as_sent);
  EXPECT_EQ(sent(with(R"("tools":[{"type":"function","function":{"name":"f"},)" + mark +
                      "}]"))["tools"][0]["cache_control"],
            as_sent);
}

TEST(AnthropicCacheMarks, R4TheFifthIsNamed) {
  std::string parts;
  for (int i = 0; i < 6; ++i) parts += (i > 0 ? "," : "") + text_part(mark);
  const Json got = turns(user(parts));
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_EQ(got[0]["content"][i].contains("cache_control"), i < 4);
  EXPECT_EQ(dropped(talk(user(parts))), Names{"cache_control"});
}

TEST(AnthropicCacheMarks, KeepTheirOwnTerms) {
  const Json got = turns(user(text_part(R"("cache_control":{"type":"ephemeral","ttl":"1h"})")));
  EXPECT_EQ(got[0]["content"][0]["cache_control"]["ttl"], "1h");
}

TEST(AnthropicCacheMarks, BreakpointsOfOpenAi) {
  const std::string body =
      talk(user(text_part(R"("prompt_cache_breakpoint":{"mode":"explicit"})")));
  EXPECT_EQ(sent(body)["messages"][0]["content"][0]["cache_control"], as_sent);
  const std::string kept = R"({"prompt_cache_retention":"24h",)" + body.substr(1);
  EXPECT_EQ(sent(kept)["messages"][0]["content"][0]["cache_control"],
            Json({{"type", "ephemeral"}, {"ttl", "1h"}}));
  EXPECT_TRUE(dropped(kept).empty());
}

TEST(AnthropicCacheMarks, TargetMarksTheLastBlock) {
  TranslationTarget target = plain_target();
  target.marks_cache = true;
  EXPECT_EQ(sent(with(""), target)["cache_control"], as_sent);
  EXPECT_EQ(sent(with(R"("prompt_cache_retention":"24h")"), target)["cache_control"]["ttl"], "1h");
  EXPECT_EQ(sent(with(R"("cache_control":{"type":"ephemeral","ttl":"5m"})"),
                 target)["cache_control"]["ttl"],
            "5m");
  std::string parts;
  for (int i = 0; i < 4; ++i) parts += (i > 0 ? "," : "") + text_part(mark);
  EXPECT_FALSE(sent(talk(user(parts)), target).contains("cache_control"));
  EXPECT_TRUE(dropped(talk(user(parts)), target).empty());
}

TEST(AnthropicCacheMarks, OnNothingAreNamed) {
  EXPECT_EQ(dropped(talk(hi + "," + user(R"({"type":"text","text":"",)" + mark + "}"))),
            Names{"cache_control"});
  EXPECT_EQ(dropped(talk(hi + R"(,{"role":"assistant","content":"",)" + mark + "}," + hi)),
            Names{"cache_control"});
  EXPECT_EQ(refused(talk(R"({"role":"user","content":"a","cache_control":1})")).param,
            "messages[0].cache_control");
}

}  // namespace
}  // namespace llmgw::proxy
