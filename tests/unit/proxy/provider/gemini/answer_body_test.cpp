// SPDX-License-Identifier: MIT
// Whole answers of Gemini as chat completions.
#include "proxy/provider/gemini/answer_body.hpp"

#include "proxy/provider/gemini/answer_stream.hpp"
#include "tests/unit/proxy/provider/gemini/sample_answers.hpp"

namespace llmgw::proxy::gemini_sample {
namespace {

nlohmann::json translated(const std::string& body, const AnswerTerms& with = terms) {
  const auto answer = gemini_answer(body, with);
  return answer ? nlohmann::json::parse(answer->body) : nlohmann::json();
}
nlohmann::json choice_of(const std::string& body, const AnswerTerms& with = terms) {
  return translated(body, with)["choices"][0];
}

TEST(GeminiAnswer, HasTheKeyOrderOfOpenAi) {
  const auto result = gemini_answer(
      answer(candidate(thought("hm") + "," + text("A") + "," +
                           call("f", R"({"a":1.0})", R"(,"thoughtSignature":"s=")") + "," +
                           R"({"inlineData":{"mimeType":"image/png","data":"iV=="}},{},)" +
                           text("B"),
                       finishing("STOP"))),
      terms);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->facts.native_finish_reason, "STOP");
  const std::string id =
      nlohmann::json::parse(result->body)["choices"][0]["message"]["tool_calls"][0]["id"];
  EXPECT_EQ(
      result->body,
      R"({"id":"rAbC_1","object":"chat.completion","created":1764403200,"model":"gemini-3-flash","choices":[)"
      R"({"index":0,"message":{"role":"assistant","content":"AB","refusal":null,"reasoning_content":"hm",)"
      R"("tool_calls":[{"id":")" +
          id +
          R"(","type":"function","function":{"name":"f","arguments":"{\"a\":1.0}"},)"
          R"("extra_content":{"google":{"thought_signature":"s="}}}],)"
          R"("images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iV=="}}]},)"
          R"("logprobs":null,"finish_reason":"tool_calls","native_finish_reason":"STOP"}],)"
          R"("usage":{"prompt_tokens":11,"completion_tokens":8,"total_tokens":19,)"
          R"("completion_tokens_details":{"reasoning_tokens":3}}})");
}

TEST(GeminiAnswer, SeveralCandidates) {
  const auto body = translated(answer(candidate(text("a"), finishing("STOP")) + "," +
                                      candidate(text("b"), R"(,"finishReason":"MAX_TOKENS")")));
  ASSERT_EQ(body["choices"].size(), 2u);
  EXPECT_EQ(body["choices"][1]["index"], 1);
  EXPECT_EQ(body["choices"][1]["finish_reason"], "length");
}

TEST(GeminiAnswer, BlockedPrompt) {
  const auto result = gemini_answer(R"({"promptFeedback":{"blockReason":"SAFETY"}})", terms);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->facts.native_finish_reason, "PROMPT_SAFETY");
  const auto body = nlohmann::json::parse(result->body);
  EXPECT_EQ(body["id"], "chatcmpl-req-1");
  EXPECT_EQ(body["model"], "gemini-flash");
  EXPECT_TRUE(body["choices"][0]["message"]["content"].is_null());
  EXPECT_EQ(body["choices"][0]["finish_reason"], "content_filter");
  EXPECT_EQ(body["choices"][0]["native_finish_reason"], "PROMPT_SAFETY");
}

TEST(GeminiAnswer, ContentIsNullWithoutText) {
  EXPECT_EQ(choice_of(answer(R"({"finishReason":"STOP"})"))["message"]["content"], "");
  EXPECT_TRUE(
      choice_of(answer(R"({"finishReason":"MAX_TOKENS"})"))["message"]["content"].is_null());
  EXPECT_TRUE(choice_of(answer(candidate(call("f", "{}"), finishing("STOP"))))["message"]["content"]
                  .is_null());
}

TEST(GeminiAnswer, S8ReasoningCanBeHidden) {
  AnswerTerms silent = terms;
  silent.shows_reasoning = false;
  const auto choice =
      choice_of(answer(candidate(thought("hm") + "," + text("A"), finishing("STOP"))), silent);
  EXPECT_FALSE(choice["message"].contains("reasoning_content"));
  EXPECT_EQ(choice["message"]["content"], "A");
}

TEST(GeminiAnswer, LogprobsAreOneListWithinTheOther) {
  const auto choice = choice_of(answer(candidate(
      text("AB"),
      R"(,"finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":"A","logProbability":-0.25},{"token":"B"}],)"
      R"("topCandidates":[{"candidates":[{"token":"A","logProbability":-0.25},{"token":"C","logProbability":-3}]}]})")));
  EXPECT_EQ(
      choice["logprobs"].dump(),
      R"({"content":[{"bytes":null,"logprob":-0.25,"token":"A","top_logprobs":[{"bytes":null,"logprob":-0.25,"token":"A"},)"
      R"({"bytes":null,"logprob":-3,"token":"C"}]},{"bytes":null,"logprob":0,"token":"B","top_logprobs":[]}],"refusal":null})");
}

TEST(GeminiAnswer, S18NumbersAndEscapesStay) {
  const auto result = gemini_answer(
      answer(candidate(text(R"(\ud800 \u2028)") + "," +
                           call("f", R"({"z":1.0,"big":9007199254740993,"s":"\ud800\/"})"),
                       finishing("STOP"))),
      terms);
  EXPECT_NE(result->body.find(R"("content":"\ud800 \u2028")"), std::string::npos);
  EXPECT_NE(result->body.find(
                R"("arguments":"{\"z\":1.0,\"big\":9007199254740993,\"s\":\"\\ud800\\/\"}")"),
            std::string::npos);
}

TEST(GeminiAnswer, WhatIsNoAnswer) {
  for (const std::string_view body :
       {"", "null", "[]", "{}", "<html>", R"({"candidates":[]})", R"({"candidates":[1]})",
        R"({"candidates":[{"content":{"parts":[1]}}]})", R"({"candidates":{}})",
        R"({"promptFeedback":{"blockReason":"BLOCK_REASON_UNSPECIFIED"}})",
        R"({"error":{"code":500}})"}) {
    EXPECT_FALSE(gemini_answer(body, terms)) << body;
  }
}

TEST(GeminiAnswer, CutAtEachByteItIsNoAnswer) {
  const std::string whole =
      answer(candidate(text(R"(\u00e4)") + "," + call("f", R"({"a":[1]})"), finishing("STOP")));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(gemini_answer(Piece(whole.substr(0, size)).view(), terms)) << size;
}

TEST(GeminiAnswer, IsTheSumOfTheDeltas) {
  const std::string list = thought("Let me see") + "," + text(R"(Hello \ud83d\ude00)") + "," +
                           call("f", R"({"city": "K\u00f6ln"})", R"(,"thoughtSignature":"s")") +
                           "," + call("g", "{}");
  const AssembledReply reply =
      read_reply(translate(gemini_stream, terms, parts(list, finishing("STOP"))).out);
  const auto choice = choice_of(answer(candidate(list, finishing("STOP"))));
  const AssembledReply::Choice& streamed = reply.choices.at(0);
  EXPECT_EQ(choice["message"]["content"], streamed.content);
  EXPECT_EQ(choice["message"]["reasoning_content"], streamed.reasoning);
  EXPECT_EQ(choice["finish_reason"], streamed.finish_reason);
  auto calls = streamed.tool_calls;
  for (auto& each : calls) each.erase("index");
  EXPECT_EQ(choice["message"]["tool_calls"], calls);
}

TEST(GeminiAnswer, WhatIsLeftOutIsCountedByKind) {
  const std::string known =
      answer(candidate(text("a") + "," + thought("t") + "," + call("f", "{}") +
                           R"(,{},{"thoughtSignature":"s"},{"text":""},)"
                           R"({"inlineData":{"mimeType":"image/png","data":""},"thought":true})",
                       finishing("STOP") + R"(,"groundingMetadata":{},"citationMetadata":null)"));
  EXPECT_EQ(gemini_answer(known, terms).value().facts.skipped.kinds, SkippedCounts().kinds);
  const std::string more = answer(candidate(
      R"({"executableCode":{"code":"1"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK"}},)"
      R"({"toolCall":{"id":"1"}},{"toolResponse":{"id":"1"}},{"fileData":{"fileUri":"x"}},)"
      R"({"novel":1})",
      finishing("STOP") + R"(,"groundingMetadata":{"webSearchQueries":["q"]},)"
                          R"("citationMetadata":{"citations":[{}]})"));
  const SkippedCounts skipped = gemini_answer(more, terms).value().facts.skipped;
  EXPECT_EQ(skipped[SkippedKind::code_execution], 2u);
  EXPECT_EQ(skipped[SkippedKind::server_tool], 2u);
  EXPECT_EQ(skipped[SkippedKind::other], 2u);
  EXPECT_EQ(skipped[SkippedKind::grounding], 1u);
  EXPECT_EQ(skipped[SkippedKind::citation], 1u);
}

TEST(GeminiAnswer, FactsForTheEventAreOfTheFirstChoice) {
  const AnswerFacts facts =
      gemini_answer(answer(candidate(text("a"), finishing("MAX_TOKENS")) + "," +
                           candidate(text("b"), R"(,"finishReason":"STOP")")),
                    terms)
          .value()
          .facts;
  EXPECT_EQ(facts.native_finish_reason, "MAX_TOKENS");
  EXPECT_EQ(facts.finish_reason, "length");
  EXPECT_TRUE(facts.is_at_max_tokens);
}

}  // namespace
}  // namespace llmgw::proxy::gemini_sample
