// SPDX-License-Identifier: MIT
// Conversations: turns, results, empty text, system messages, thinking.
#include <gtest/gtest.h>

#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy {
namespace {

TEST(AnthropicMessages, R1ResultsOfATurnMakeOneTurnInTheOrderOfTheCalls) {
  for (const int count : {1, 2, 5}) {
    std::string list, results;
    Json expected = Json::array();
    for (int i = 0; i < count; ++i) {
      const std::string id = "c" + std::to_string(i);
      list += (i > 0 ? "," : "") + call(id);
      results = "," + result(id, "r" + std::to_string(i)) + results;  // in wrong order
      expected.push_back(
          {{"type", "tool_result"}, {"tool_use_id", id}, {"content", "r" + std::to_string(i)}});
    }
    const Json got = turns(hi + "," + calls(list) + results);
    ASSERT_EQ(got.size(), 3u);
    EXPECT_EQ(got[1]["content"].size(), static_cast<std::size_t>(count));
    EXPECT_EQ(got[2], Json({{"role", "user"}, {"content", expected}}));
  }
}

TEST(AnthropicMessages, R1TextOfTheUserJoinsTheResults) {
  const Json got = turns(hi + "," + calls(call("a") + "," + call("b")) + "," + result("b", "2") +
                         "," + result("a", "1") + R"(,{"role":"user","content":"and?"})");
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[2]["content"][0]["tool_use_id"], "a");
  EXPECT_EQ(got[2]["content"][1]["tool_use_id"], "b");
  EXPECT_EQ(got[2]["content"][2], Json({{"type", "text"}, {"text", "and?"}}));
}

TEST(AnthropicMessages, R1SystemBetweenResultsGoesBehindThem) {
  const std::string messages = hi + "," + calls(call("a") + "," + call("b")) + "," +
                               result("a", "1") + R"(,{"role":"system","content":"note"},)" +
                               result("b", "2");
  const Json got = turns(messages);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[2]["content"][1]["content"], "2");
  EXPECT_EQ(got[2]["content"][2]["text"], "note");
  const Json with_system = turns(messages, target_of("claude-opus-4-8"));
  ASSERT_EQ(with_system.size(), 4u);
  EXPECT_EQ(with_system[2]["content"].size(), 2u);
  EXPECT_EQ(with_system[3]["role"], "system");
}

TEST(AnthropicMessages, R1OrphansAndDuplicatesAndMissingResultsAreRefusedByTheirPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {result("a", "1"), "messages[0].tool_call_id"},
      {hi + "," + calls(call("a")) + "," + result("b", "1"), "messages[2].tool_call_id"},
      {hi + "," + calls(call("a")) + "," + result("a", "1") + "," + result("a", "1"),
       "messages[3].tool_call_id"},
      {hi + "," + calls(call("a")), "messages[1].tool_calls[0]"},
      {hi + "," + calls(call("a") + "," + call("b")) + "," + result("a", "1"),
       "messages[1].tool_calls[1]"},
      {hi + "," + calls(call("a")) + "," + hi, "messages[1].tool_calls[0]"},
      {hi + "," + calls(call("a") + "," + call("a")) + "," + result("a", "1"),
       "messages[1].tool_calls[1]"},
      {hi + "," + calls(call("a")) + "," + result("a", "1") +
           R"(,{"role":"assistant","content":"x"},)" + result("a", "1"),
       "messages[4].tool_call_id"},
      {hi + R"(,{"role":"tool","content":"x"})", "messages[1].tool_call_id"},
  };
  for (const auto& [messages, param] : cases) {
    const TranslationRefusal refusal = refused(talk(messages));
    EXPECT_EQ(refusal.code, "invalid_value");
    EXPECT_EQ(refusal.param, param) << messages;
  }
}

TEST(AnthropicMessages, R2ArgumentsAreAnObjectOrNothing) {
  for (const char* const none : {R"("")", R"(" ")", R"("{}")", R"("\n\t")", "null"}) {
    const Json got = turns(hi + "," + calls(call("a", none)) + "," + result("a", "1"));
    EXPECT_EQ(got[1]["content"][0]["input"], Json::object()) << none;
  }
  for (const char* const wrong : {R"("null")", R"("[]")", R"("{\"a\":")", R"("1")", R"("{} {}")",
                                  R"("{\"a\":\"\n\"}")", "{}", "1"}) {
    const TranslationRefusal refusal =
        refused(talk(hi + "," + calls(call("a", wrong)) + "," + result("a", "1")));
    EXPECT_EQ(refusal.code, "invalid_value") << wrong;
    EXPECT_EQ(refusal.param, "messages[1].tool_calls[0].function.arguments") << wrong;
  }
}

TEST(AnthropicMessages, R2ArgumentsKeepTheirBytes) {
  const std::string body =
      translated(
          talk(hi + "," +
               calls(call("a",
                          R"("{\"z\": 1.0, \"a\":9007199254740993,\"u\":\"\\ud800 \\u00e4\"}")")) +
               "," + result("a", "1")))
          .body;
  EXPECT_NE(body.find(R"("input":{"z": 1.0, "a":9007199254740993,"u":"\ud800 \u00e4"}})"),
            body.npos)
      << body;
}

TEST(AnthropicMessages, R3LaterSystemMessagesStayInPlaceAndKeepThePrefix) {
  const std::string first =
      R"({"role":"system","content":"s1"},{"role":"developer","content":"s2"},)" + hi +
      R"(,{"role":"assistant","content":"ho"},{"role":"system","content":"now"},)" + hi;
  const std::string second =
      first + R"(,{"role":"assistant","content":"a"},{"role":"system","content":"later"},)" + hi;
  for (const std::string_view model : {"claude-sonnet-4-6", "claude-opus-4-8"}) {
    const std::string a = translated(talk(first), target_of(model)).body;
    const std::string b = translated(talk(second), target_of(model)).body;
    const std::string prefix = a.substr(0, a.rfind("]"));
    EXPECT_EQ(b.substr(0, prefix.size()), prefix);
    const Json got = Json::parse(b);
    EXPECT_EQ(got["system"].size(), 2u);
    EXPECT_EQ(got["system"][1]["text"], "s2");
    EXPECT_EQ(got["messages"][2]["content"][0]["text"], "now");  // no turn that it could follow
    EXPECT_EQ(got["messages"][2]["role"], "user");
  }
}

TEST(AnthropicMessages, R3SystemTurnsFollowTheUsersTurn) {
  const std::string messages = hi + R"(,{"role":"system","content":"note"},)" + hi;
  const Json merged = turns(messages);
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(merged[0]["content"].size(), 3u);
  TranslationTarget target = plain_target();
  target.has_system_turns = true;
  const Json got = turns(messages, target);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[1], Json({{"role", "system"},
                          {"content", Json::array({{{"type", "text"}, {"text", "note"}}})}}));
}

TEST(AnthropicMessages, R9IdsAreMadeLegalOnBothSidesAlike) {
  const std::string odd = "call.1/ä__thought__AbCd+/==";
  const std::string large(100, 'x');
  const Json got =
      turns(hi + "," + calls(call(odd) + "," + call(large) + "," + call("ok_-1")) + "," +
            result(odd, "1") + "," + result(large, "2") + "," + result("ok_-1", "3"));
  const Json& uses = got[1]["content"];
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(uses[i]["id"], got[2]["content"][i]["tool_use_id"]);
  EXPECT_EQ(uses[0]["id"], "call_1___");
  EXPECT_EQ(uses[1]["id"].get<std::string>().size(), 57u);
  EXPECT_EQ(uses[2]["id"], "ok_-1");
}

TEST(AnthropicMessages, R9SignaturesOfOthersStayHere) {
  const std::string signed_call =
      R"({"id":"a","type":"function","function":{"name":"f","arguments":"{}"},)"
      R"("extra_content":{"google":{"thought_signature":"c2ln"}}})";
  const TranslatedRequest got =
      translated(talk(hi + "," + calls(signed_call) + "," + result("a", "1")));
  EXPECT_EQ(got.body.find("c2ln"), got.body.npos);
}

TEST(AnthropicMessages, R12ThinkingBlocksComeFirstAndUnmodified) {
  const std::string blocks =
      R"("thinking_blocks":[{"type":"thinking","thinking":"a\u00e4","signature":"QUJD"},)"
      R"({"type":"redacted_thinking","data":"x\/y"},{"type":"thinking","thinking":"","signature":"QQ=="}])";
  const std::string body =
      translated(talk(hi + R"(,{"role":"assistant","content":"t",)" + blocks +
                      R"(,"tool_calls":[)" + call("a") + "]}," + result("a", "1")))
          .body;
  EXPECT_NE(
      body.find(
          R"("content":[{"type":"thinking","thinking":"a\u00e4","signature":"QUJD"},)"
          R"({"type":"redacted_thinking","data":"x\/y"},{"type":"thinking","thinking":"","signature":"QQ=="},)"
          R"({"type":"text","text":"t"},{"type":"tool_use")"),
      body.npos)
      << body;
}

// As a client holds it that has read a stream.
std::string streamed(const std::string& blocks, const std::string& reasoning) {
  return talk(hi + R"(,{"role":"assistant","content":"t","reasoning_content":)" + reasoning +
              R"(,"thinking_blocks":[)" + blocks + "]}," + hi);
}

TEST(AnthropicMessages, R12TextOfAStreamedBlockIsPutBack) {
  const std::string bare = R"({"index":0,"type":"thinking","thinking":"","signature":"QUJD"})";
  const std::string redacted = R"({"index":1,"type":"redacted_thinking","data":"x"})";
  for (const std::string& blocks : {bare, bare + "," + redacted}) {
    const std::string body = translated(streamed(blocks, R"("a\u00e4")")).body;
    EXPECT_NE(body.find(R"({"type":"thinking","thinking":"a\u00e4","signature":"QUJD"})"),
              body.npos)
        << body;
  }
  for (const char* const none : {"null", R"("")", "1"}) {
    const std::string body = translated(streamed(bare, none)).body;
    EXPECT_NE(body.find(R"("thinking":"","signature":"QUJD")"), body.npos) << body;
  }
}

TEST(AnthropicMessages, R12TextsOfSeveralStreamedBlocksAreLostAndNamed) {
  const std::string bare = R"({"type":"thinking","thinking":"","signature":"QUJD"})";
  const std::string whole = R"({"type":"thinking","thinking":"b","signature":"QUJD"})";
  EXPECT_EQ(dropped(streamed(bare + "," + bare, R"("ab")")), Names{"thinking_blocks"});
  // Of an answer that was no stream: the texts stand in their blocks already.
  const TranslatedRequest got = translated(streamed(bare + "," + whole, R"("b")"));
  EXPECT_NE(got.body.find(R"("thinking":"","signature":"QUJD"},{"type":"thinking","thinking":"b")"),
            got.body.npos)
      << got.body;
}

TEST(AnthropicMessages, R12BrokenSignaturesAreLostAndNamed) {
  for (const char* const block : {R"({"type":"thinking","thinking":"a"})",
                                  R"({"type":"thinking","thinking":"a","signature":""})",
                                  R"({"type":"thinking","thinking":"a","signature":"QUJ"})",
                                  R"({"type":"thinking","thinking":"a","signature":"a-_b"})",
                                  R"({"type":"redacted_thinking"})", "1"}) {
    const std::string body =
        talk(hi + R"(,{"role":"assistant","content":"t","thinking_blocks":[)" + block + "]}," + hi);
    EXPECT_EQ(dropped(body), Names{"thinking_blocks"}) << block;
    EXPECT_EQ(sent(body)["messages"][1]["content"].size(), 1u);
  }
}

TEST(AnthropicMessages, R18EmptyTextIsLeftOutEverywhere) {
  const Json got = sent(talk(
      R"({"role":"system","content":""},{"role":"system","content":[{"type":"text","text":""}]},)"
      R"({"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"a"}]},)"
      R"({"role":"assistant","content":""},{"role":"user","content":"b"},)"
      R"({"role":"assistant","content":"","refusal":""},{"role":"user","content":[]},)" +
      calls(call("x") + "," + call("y")) + "," + result("x", "") +
      R"(,{"role":"tool","tool_call_id":"y","content":[{"type":"text","text":""}]})"));
  EXPECT_FALSE(got.contains("system"));
  ASSERT_EQ(got["messages"].size(), 3u);
  EXPECT_EQ(got["messages"][0]["content"].size(), 2u);
  EXPECT_EQ(got["messages"][1]["content"].size(), 2u);
  EXPECT_EQ(got["messages"][2]["content"],
            Json::array({{{"type", "tool_result"}, {"tool_use_id", "x"}},
                         {{"type", "tool_result"}, {"tool_use_id", "y"}}}));
}

TEST(AnthropicMessages, R18NothingLeftIsRefused) {
  for (const char* const messages :
       {R"({"role":"user","content":""})", R"({"role":"system","content":"s"})",
        R"({"role":"user","content":[{"type":"text","text":" \n"}]},{"role":"assistant"})"}) {
    EXPECT_EQ(refused(talk(messages)).param, "messages") << messages;
  }
}

TEST(AnthropicMessages, EqualRolesMergeIntoOneTurn) {
  const Json got = turns(hi + "," + hi +
                         R"(,{"role":"assistant","content":"a"},)"
                         R"({"role":"assistant","content":"b","refusal":"no"})");
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0]["content"].size(), 2u);
  EXPECT_EQ(got[1]["content"].size(), 3u);
  EXPECT_EQ(got[1]["content"][2]["text"], "no");
}

TEST(AnthropicMessages, PrefillLosesBlanksAtItsEnd) {
  const std::pair<std::string, std::string> cases[] = {
      {R"(a b \n\t )", "a b"}, {R"(a\\n)", "a\\n"}, {R"(a\u0020\u000a)", "a"}, {"a", "a"}};
  for (const auto& [text, expected] : cases) {
    const Json got = turns(hi + R"(,{"role":"assistant","content":")" + text + "\"}");
    EXPECT_EQ(got[1]["content"][0]["text"], expected) << text;
  }
  EXPECT_EQ(turns(R"({"role":"user","content":"a "})")[0]["content"][0]["text"], "a ");
  const Json marked =
      turns(hi + R"(,{"role":"assistant","content":"a ","cache_control":{"type":"ephemeral"}})");
  EXPECT_EQ(marked[1]["content"][0],
            Json({{"type", "text"}, {"text", "a"}, {"cache_control", {{"type", "ephemeral"}}}}));
}

TEST(AnthropicMessages, AssistantMayBegin) {
  EXPECT_EQ(turns(R"({"role":"assistant","content":"a"},)" + hi)[0]["role"], "assistant");
}

TEST(AnthropicMessages, FunctionsOfOldAreCalls) {
  const Json got = turns(
      hi +
      R"(,{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\":1}"}},)"
      R"({"role":"function","name":"f","content":"r"})");
  EXPECT_EQ(got[1]["content"][0],
            Json({{"type", "tool_use"}, {"id", "call_1"}, {"name", "f"}, {"input", {{"a", 1}}}}));
  EXPECT_EQ(got[2]["content"][0],
            Json({{"type", "tool_result"}, {"tool_use_id", "call_1"}, {"content", "r"}}));
  EXPECT_EQ(refused(talk(hi + R"(,{"role":"function","name":"f","content":"r"})")).param,
            "messages[1].name");
}

TEST(AnthropicMessages, NamesWhatMessagesLose) {
  EXPECT_EQ(dropped(talk(R"({"role":"user","content":"a","name":"bob","x y":1},)"
                         R"({"role":"assistant","content":"b","name":"al","audio":null,)"
                         R"("reasoning_content":"r","annotations":[],"function_call":null})")),
            (Names{"messages.x_y", "messages.name"}));
  EXPECT_EQ(refused(talk(hi + R"(,{"role":"assistant","audio":{"id":"a"}})")).param,
            "messages[1].audio");
}

TEST(AnthropicMessages, WrongTypesAreRefusedByTheirPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {"1", "messages[0]"},
      {hi + ",null", "messages[1]"},
      {R"({"role":"bot","content":"a"})", "messages[0].role"},
      {R"({"content":"a"})", "messages[0].role"},
      {R"({"role":"user","content":1})", "messages[0].content"},
      {R"({"role":"user","content":["a"]})", "messages[0].content[0]"},
      {R"({"role":"user","content":[{"type":"x"}]})", "messages[0].content[0].type"},
      {R"({"role":"user","content":[{"type":"text"}]})", "messages[0].content[0].text"},
      {R"({"role":"user","content":"a","name":1})", "messages[0].name"},
      {R"({"role":"assistant","tool_calls":{}})", "messages[0].tool_calls"},
      {R"({"role":"assistant","tool_calls":[{"id":"a"}]})",
       "messages[0].tool_calls[0].function.name"},
      {R"({"role":"assistant","tool_calls":[{"function":{"name":"f"}}]})",
       "messages[0].tool_calls[0].id"},
      {R"({"role":"assistant","tool_calls":[{"id":"a","type":"custom"}]})",
       "messages[0].tool_calls[0].type"},
      {R"({"role":"system","content":[{"type":"image_url","image_url":{"url":"https://x"}}]})",
       "messages[0].content[0]"},
  };
  for (const auto& [messages, param] : cases) {
    const TranslationRefusal refusal = refused(talk(messages));
    EXPECT_EQ(refusal.code, "invalid_value");
    EXPECT_EQ(refusal.param, param) << messages;
  }
  EXPECT_EQ(refused(talk("")).param, "messages");
}

}  // namespace
}  // namespace llmgw::proxy
