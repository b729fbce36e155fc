// SPDX-License-Identifier: MIT
// Whole messages of Anthropic as chat completions.
#include "proxy/provider/anthropic/answer_body.hpp"

#include "proxy/provider/anthropic/answer_stream.hpp"
#include "tests/unit/proxy/provider/anthropic/sample_streams.hpp"

namespace llmgw::proxy::anthropic_sample {
namespace {

std::string message(std::string_view content, std::string_view reason,
                    std::string_view rest = R"(,"usage":{"input_tokens":1,"output_tokens":2})") {
  return R"({"id":"msg_01","type":"message","role":"assistant","model":"claude-x","content":)" +
         std::string(content) + R"(,"stop_reason":")" + std::string(reason) + "\"" +
         std::string(rest) + "}";
}

nlohmann::json choice_of(const std::string& body, const AnswerTerms& with = terms) {
  const auto answer = anthropic_answer(body, with);
  if (!answer) return nullptr;
  return nlohmann::json::parse(answer->body)["choices"][0];
}

TEST(AnthropicAnswer, HasTheKeyOrderOfOpenAi) {
  const auto answer = anthropic_answer(
      message(R"([{"type":"thinking","thinking":"hm","signature":"s="},)"
              R"({"type":"redacted_thinking","data":"d="},{"type":"text","text":"A"},)"
              R"({"type":"tool_use","id":"t1","name":"f","input":{"a":1.0}},{"type":"novel"},)"
              R"({"type":"text","text":"B"}])",
              "tool_use"),
      terms);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->facts.native_finish_reason, "tool_use");
  EXPECT_EQ(
      answer->body,
      R"({"id":"msg_01","object":"chat.completion","created":1764403200,"model":"claude-x","choices":[)"
      R"({"index":0,"message":{"role":"assistant","content":"AB","refusal":null,)"
      R"("reasoning_content":"hm","thinking_blocks":[)"
      R"({"type":"thinking","thinking":"hm","signature":"s="},{"type":"redacted_thinking","data":"d="}],)"
      R"("tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1.0}"}}]},)"
      R"("logprobs":null,"finish_reason":"tool_calls","native_finish_reason":"tool_use"}],)"
      R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})");
}

TEST(AnthropicAnswer, ContentIsNullWithoutText) {
  EXPECT_TRUE(choice_of(message(R"([{"type":"tool_use","id":"t","name":"f","input":{}}])",
                                "tool_use"))["message"]["content"]
                  .is_null());
  EXPECT_TRUE(choice_of(message("[]", "max_tokens"))["message"]["content"].is_null());
  EXPECT_EQ(choice_of(message("[]", "end_turn"))["message"]["content"], "");
}

TEST(AnthropicAnswer, RefusalTellsWhy) {
  const auto refused = choice_of(
      message("[]", "refusal", R"(,"stop_details":{"explanation":"Not this.","category":null})"));
  EXPECT_EQ(refused["message"]["refusal"], "Not this.");
  EXPECT_EQ(refused["finish_reason"], "content_filter");
  EXPECT_TRUE(choice_of(message("[]", "refusal"))["message"]["refusal"].is_null());
}

TEST(AnthropicAnswer, S2CallWithoutInputHasAnEmptyObject) {
  for (const std::string_view input : {R"(,"input":{})", R"(,"input":null)", ""}) {
    const auto choice = choice_of(message(
        R"([{"type":"tool_use","id":"t","name":"f")" + std::string(input) + "}]", "tool_use"));
    EXPECT_EQ(choice["message"]["tool_calls"][0]["function"]["arguments"], "{}");
  }
}

TEST(AnthropicAnswer, S8ReasoningCanBeHidden) {
  AnswerTerms silent = terms;
  silent.shows_reasoning = false;
  const auto choice =
      choice_of(message(R"([{"type":"thinking","thinking":"hm","signature":"s"},)"
                        R"({"type":"redacted_thinking","data":"d"},{"type":"text","text":"A"}])",
                        "end_turn"),
                silent);
  EXPECT_FALSE(choice["message"].contains("reasoning_content"));
  EXPECT_FALSE(choice["message"].contains("thinking_blocks"));
  EXPECT_EQ(choice["message"]["content"], "A");
}

TEST(AnthropicAnswer, S16UsageIsOfAllIterations) {
  const auto answer = anthropic_answer(
      message(
          "[]", "end_turn",
          R"(,"usage":{"input_tokens":181,"output_tokens":8,"iterations":[)"
          R"({"input_tokens":100,"output_tokens":83},{"input_tokens":181,"output_tokens":8}]})"),
      terms);
  EXPECT_EQ(nlohmann::json::parse(answer->body)["usage"]["total_tokens"], 372);
  const auto untold = anthropic_answer(message("[]", "end_turn", ""), terms);
  EXPECT_FALSE(nlohmann::json::parse(untold->body).contains("usage"));
}

TEST(AnthropicAnswer, S18NumbersAndEscapesStay) {
  const std::string input =
      R"({"z":1.0,"big":9007199254740993,"e":1E5,"s":"\ud800\u00e4\/","list":[1, 2]})";
  const auto answer = anthropic_answer(
      message(
          R"([{"type":"text","text":"\ud800 \u2028"},{"type":"tool_use","id":"t","name":"f","input":)" +
              input + "}]",
          "tool_use"),
      terms);
  EXPECT_NE(answer->body.find(R"("content":"\ud800 \u2028")"), std::string::npos);
  EXPECT_NE(
      answer->body.find(
          R"("arguments":"{\"z\":1.0,\"big\":9007199254740993,\"e\":1E5,\"s\":\"\\ud800\\u00e4\\/\",\"list\":[1, 2]}")"),
      std::string::npos);
}

TEST(AnthropicAnswer, WhatIsNoMessage) {
  for (const std::string_view body :
       {"", "null", "[]", "{}", "<html>", R"({"content":"x"})", R"({"content":[1]})",
        R"({"content":[{}})", R"({"type":"error","error":{"type":"api_error","message":"m"}})"}) {
    EXPECT_FALSE(anthropic_answer(body, terms)) << body;
  }
}

TEST(AnthropicAnswer, CutAtEachByteItIsNoMessage) {
  const std::string whole =
      message(R"([{"type":"text","text":"\u00e4"},{"type":"tool_use","input":{"a":[1]}}])", "x");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(anthropic_answer(Piece(whole.substr(0, size)).view(), terms)) << size;
}

TEST(AnthropicAnswer, IsTheSumOfTheDeltas) {
  const AssembledReply reply = read_reply(translate(anthropic_stream, terms, full_stream()).out);
  const auto choice = choice_of(message(
      R"([{"type":"thinking","thinking":"Let me see \u00e4 \"x\"","signature":"EqQBCg/+w=="},)"
      R"({"type":"redacted_thinking","data":"Emw="},)"
      R"({"type":"text","text":"Hello \ud83d\ude00\n"},)"
      R"({"type":"tool_use","id":"toolu_01","name":"get_weather","input":{"city": "K\u00f6ln"}},)"
      R"({"type":"tool_use","id":"toolu_02","name":"now","input":{}}])",
      "tool_use"));
  const AssembledReply::Choice& streamed = reply.choices.at(0);
  EXPECT_EQ(choice["message"]["content"], streamed.content);
  EXPECT_EQ(choice["message"]["reasoning_content"], streamed.reasoning);
  EXPECT_EQ(choice["finish_reason"], streamed.finish_reason);
  auto calls = streamed.tool_calls;
  for (auto& call : calls) call.erase("index");
  EXPECT_EQ(choice["message"]["tool_calls"], calls);
}

SkippedCounts skipped_in(const std::string& content) {
  return anthropic_answer(message(content, "end_turn"), terms).value().facts.skipped;
}

TEST(AnthropicAnswer, WhatIsLeftOutIsCountedByKind) {
  const SkippedCounts none =
      skipped_in(R"([{"type":"text","text":"a","citations":[]},{"type":"tool_use","name":"f"},)"
                 R"({"type":"thinking","thinking":"t"},{"type":"redacted_thinking","data":"d"}])");
  EXPECT_EQ(none.kinds, SkippedCounts().kinds);
  const SkippedCounts some = skipped_in(
      R"([{"type":"text","text":"a","citations":[{"type":"char_location"},{}]},)"
      R"({"type":"server_tool_use","name":"web_search"},{"type":"web_search_tool_result"},)"
      R"({"type":"mcp_tool_use"},{"type":"mcp_tool_result"},)"
      R"({"type":"bash_code_execution_tool_result"},{"type":"code_execution_tool_result"},)"
      R"({"type":"compaction"},{"type":"container_upload"},{}])");
  EXPECT_EQ(some[SkippedKind::citation], 2u);
  EXPECT_EQ(some[SkippedKind::server_tool], 4u);
  EXPECT_EQ(some[SkippedKind::code_execution], 2u);
  EXPECT_EQ(some[SkippedKind::other], 3u);
  EXPECT_EQ(some[SkippedKind::grounding], 0u);
}

TEST(AnthropicAnswer, FactsForTheEvent) {
  const AnswerFacts facts =
      anthropic_answer(
          message("[]", "max_tokens",
                  R"(,"usage":{"input_tokens":1,"cache_creation_input_tokens":30,)"
                  R"("cache_creation":{"ephemeral_5m_input_tokens":10,)"
                  R"("ephemeral_1h_input_tokens":20},)"
                  R"("server_tool_use":{"web_search_requests":2,"web_fetch_requests":1}})"),
          terms)
          .value()
          .facts;
  EXPECT_EQ(facts.native_finish_reason, "max_tokens");
  EXPECT_EQ(facts.finish_reason, "length");
  EXPECT_TRUE(facts.is_at_max_tokens);
  EXPECT_EQ(facts.server_tool_requests, 3);
  const AnswerFacts context =
      anthropic_answer(message("[]", "model_context_window_exceeded"), terms).value().facts;
  EXPECT_EQ(context.finish_reason, "length");
  EXPECT_FALSE(context.is_at_max_tokens);
  EXPECT_FALSE(context.server_tool_requests);
}

}  // namespace
}  // namespace llmgw::proxy::anthropic_sample
