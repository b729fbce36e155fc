// SPDX-License-Identifier: MIT
// Streams of Gemini as chunks: what each part becomes, and what a client reads of them.
#include "proxy/provider/gemini/answer_stream.hpp"

#include "tests/unit/proxy/provider/gemini/sample_answers.hpp"

namespace llmgw::proxy::gemini_sample {
namespace {

using nlohmann::json;
using Rows = std::vector<std::string>;

Translated translated(const std::string& stream, const AnswerTerms& with = terms) {
  return translate(gemini_stream, with, stream);
}

// What the events of a stream whose first one was empty yield.
Rows rows(const std::string& events) {
  AnswerTerms quiet = terms;
  quiet.wants_usage = false;
  UnderWay run(gemini_stream, quiet);
  run.show(parts("") + events);
  auto all = bodies(run.finish(false).out);
  all.erase(all.begin());  // the role
  all.pop_back();          // the error
  return all;
}

std::string row(std::string_view delta) {
  return R"([{"index":0,"delta":{)" + std::string(delta) +
         R"(},"logprobs":null,"finish_reason":null}])";
}

TEST(GeminiStream, ChunksHaveTheKeyOrderOfOpenAi) {
  const std::string head =
      R"(data: {"id":"rAbC_1","object":"chat.completion.chunk","created":1764403200,"model":"gemini-3-flash","choices":[)";
  EXPECT_EQ(
      translated(parts(text("Hi")) + parts(text(""), finishing("STOP"))).out,
      head +
          R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null})" +
          "\n\n" + head +
          R"({"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null})" +
          "\n\n" + head +
          R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop","native_finish_reason":"STOP"}],"usage":null})" +
          "\n\n" + head +
          R"(],"usage":{"prompt_tokens":11,"completion_tokens":8,"total_tokens":19,"completion_tokens_details":{"reasoning_tokens":3}}})" +
          "\n\ndata: [DONE]\n\n");
}

TEST(GeminiStream, RowFirstEventIsTheRoleOfEachCandidate) {
  const std::string two = event(
      answer(candidate(text("a"), R"(,"index":0)") + "," + candidate(text("b"), R"(,"index":1)")));
  const Translated result = translate(gemini_stream, terms, two + two, false);
  const AssembledReply reply = read_reply(result.out);
  ASSERT_EQ(reply.choices.size(), 2u);
  for (const auto& choice : reply.choices) EXPECT_EQ(choice.roles, 1);
  EXPECT_EQ(reply.choices[1].content, "bb");
}

TEST(GeminiStream, RowText) {
  EXPECT_EQ(rows(parts(text("A") + "," + text("B"))),
            (Rows{row(R"("content":"A")"), row(R"("content":"B")")}));
  EXPECT_EQ(rows(parts(thought("hm"))), Rows{row(R"("reasoning_content":"hm")")});
  EXPECT_EQ(rows(parts(text("") + "," + thought(""))), Rows{});
  EXPECT_EQ(rows(parts(R"({"text":"A","thought":false,"thoughtSignature":"s"})")),
            Rows{row(R"("content":"A")")});
}

TEST(GeminiStream, RowFunctionCall) {
  EXPECT_EQ(
      rows(parts(R"({"functionCall":{"id":"c1","name":"f","args":{"a":"b"}}})")),
      Rows{row(
          R"("tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":\"b\"}"}}])")});
  EXPECT_EQ(
      rows(parts(R"({"functionCall":{"id":"c1","name":"f","args":{}},"thoughtSignature":"s+/="})")),
      Rows{row(
          R"("tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"s+/="}}}])")});
}

TEST(GeminiStream, RowThoughtSignatureOfATextIsNothing) {
  EXPECT_EQ(rows(parts(R"({"text":"","thoughtSignature":"s"},{"thoughtSignature":"t"})")), Rows{});
}

TEST(GeminiStream, RowInlineData) {
  EXPECT_EQ(
      rows(parts(R"({"inlineData":{"mimeType":"image/png","data":"iVB/"}},)"
                 R"({"inlineData":{"mimeType":"image/webp","data":"Uk=="}})")),
      (Rows{
          row(R"("images":[{"index":0,"type":"image_url","image_url":{"url":"data:image/png;base64,iVB/"}}])"),
          row(R"("images":[{"index":1,"type":"image_url","image_url":{"url":"data:image/webp;base64,Uk=="}}])")}));
}

TEST(GeminiStream, RowOtherPartsAreSkipped) {
  EXPECT_EQ(rows(parts(R"({"executableCode":{"code":"1","language":"PYTHON"}},)"
                       R"({"codeExecutionResult":{"outcome":"OUTCOME_OK"}},{"toolCall":{}},{})")),
            Rows{});
}

TEST(GeminiStream, RowFinishReasonIsHeld) {
  EXPECT_EQ(rows(finish("STOP")), Rows{});
  UnderWay run(gemini_stream, terms);
  run.show(parts(text("a"), finishing("STOP")));
  const Translated result = run.finish();
  EXPECT_EQ(result.state, State::ended);
  EXPECT_EQ(result.native_finish_reason(), "STOP");
}

TEST(GeminiStream, RowBlockedPrompt) {
  const Translated result = translated(
      event(R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},)" + names() + "}"));
  EXPECT_EQ(result.state, State::ended);
  EXPECT_EQ(result.native_finish_reason(), "PROMPT_PROHIBITED_CONTENT");
  const AssembledReply reply = read_reply(result.out);
  EXPECT_TRUE(reply.is_done);
  ASSERT_EQ(reply.choices.size(), 1u);
  EXPECT_EQ(reply.choices[0].finish_reason, "content_filter");
  EXPECT_EQ(reply.choices[0].native_finish_reason, "PROMPT_PROHIBITED_CONTENT");
  EXPECT_EQ(reply.choices[0].roles, 1);
}

TEST(GeminiStream, LogprobsGoWithTheText) {
  const std::string logprobs =
      R"(,"index":0,"logprobsResult":{"chosenCandidates":[{"token":"A","tokenId":1,"logProbability":-0.50}],)"
      R"("topCandidates":[{"candidates":[{"token":"A","logProbability":-0.50},{"token":"B"}]}]})";
  const std::string expected =
      R"({"content":[{"token":"A","logprob":-0.50,"bytes":null,"top_logprobs":[)"
      R"({"token":"A","logprob":-0.50,"bytes":null},{"token":"B","logprob":0,"bytes":null}]}],"refusal":null})";
  EXPECT_EQ(rows(parts(text("A") + "," + text("B"), logprobs)),
            (Rows{R"([{"index":0,"delta":{"content":"A"},"logprobs":)" + expected +
                      R"(,"finish_reason":null}])",
                  row(R"("content":"B")")}));
  EXPECT_EQ(rows(parts("", logprobs)), Rows{R"([{"index":0,"delta":{},"logprobs":)" + expected +
                                            R"(,"finish_reason":null}])"});
}

TEST(GeminiStream, WholeStreamIsReadByAClient) {
  const Translated result = translated(full_stream());
  EXPECT_EQ(result.state, State::ended);
  const AssembledReply reply = read_reply(result.out);
  EXPECT_TRUE(reply.is_done);
  ASSERT_EQ(reply.choices.size(), 1u);
  const AssembledReply::Choice& choice = reply.choices[0];
  EXPECT_EQ(choice.content, "Hello \xf0\x9f\x98\x80\n");
  EXPECT_EQ(choice.finish_reason, "tool_calls");
  EXPECT_EQ(choice.images.size(), 1u);
  EXPECT_EQ(choice.tool_calls[0]["function"]["arguments"], R"({"city": "K\u00f6ln","n":1.0})");
  EXPECT_EQ(choice.tool_calls[0]["extra_content"]["google"]["thought_signature"], "EqQB/+w==");
  EXPECT_FALSE(choice.tool_calls[1].contains("extra_content"));
  EXPECT_EQ(choice.tool_calls[1]["id"], "fc-7");
  EXPECT_EQ(reply.usage.dump(),
            R"({"completion_tokens":24,"completion_tokens_details":{"reasoning_tokens":4},)"
            R"("prompt_tokens":11,"prompt_tokens_details":{"cached_tokens":8},"total_tokens":35})");
}

TEST(GeminiStream, S1CallsAreCountedForEachCandidate) {
  const auto of = [](int index, std::string_view list) {
    return event(answer(candidate(list, ",\"index\":" + std::to_string(index))));
  };
  const AssembledReply reply =
      read_reply(translated(of(0, text("x") + "," + call("a", "{}") + "," + call("b", "{}")) +
                            of(1, call("c", "{}")) + of(0, call("d", "{}")) + finish("STOP") +
                            event(answer(candidate("", R"(,"finishReason":"STOP","index":1)"))))
                     .out);
  ASSERT_EQ(reply.choices.size(), 2u);
  EXPECT_EQ(reply.choices[0].tool_calls.size(), 3u);
  EXPECT_EQ(reply.choices[0].tool_calls[2]["function"]["name"], "d");
  EXPECT_EQ(reply.choices[1].tool_calls.size(), 1u);
}

TEST(GeminiStream, S2CallWithoutArgsGetsAnEmptyObject) {
  const AssembledReply reply =
      read_reply(translated(parts(R"({"functionCall":{"name":"now"}})", finishing("STOP"))).out);
  EXPECT_EQ(reply.choices.at(0).tool_calls.at(0)["function"]["arguments"], "{}");
}

TEST(GeminiStream, CallsWithoutAnIdGetOne) {
  const std::string stream = parts(call("a", "{}") + "," + call("a", "{}"), finishing("STOP"));
  const json calls = read_reply(translated(stream).out).choices.at(0).tool_calls;
  const std::string id = calls.at(0)["id"];
  EXPECT_EQ(id.size(), 29u);
  EXPECT_TRUE(id.starts_with("call_"));
  EXPECT_NE(calls.at(1)["id"], id);
  EXPECT_EQ(read_reply(translated(stream).out).choices.at(0).tool_calls, calls);
  AnswerTerms other = terms;
  other.request_id = "req-2";
  EXPECT_NE(read_reply(translated(stream, other).out).choices.at(0).tool_calls.at(0)["id"], id);
}

TEST(GeminiStream, NamesOfFunctionsAreTheClients) {
  const AssembledReply reply = read_reply(
      translated(parts(call("_7days", "{}") + "," + call("_own", "{}"), finishing("STOP"))).out);
  EXPECT_EQ(reply.choices.at(0).tool_calls.at(0)["function"]["name"], "7days");
  EXPECT_EQ(reply.choices.at(0).tool_calls.at(1)["function"]["name"], "_own");
}

TEST(GeminiStream, S4FinishBehindTheCallOrBesideIt) {
  for (const std::string& stream :
       {parts(call("f", "{}")) + finish("STOP"), parts(call("f", "{}"), finishing("STOP")),
        finish("STOP") + parts(call("f", "{}")),
        parts(text("a"), finishing("STOP")) + parts(call("f", "{}"), finishing("STOP"))}) {
    const AssembledReply reply = read_reply(translated(stream).out);
    EXPECT_EQ(reply.choices.at(0).finish_reason, "tool_calls") << stream;
    EXPECT_EQ(reply.choices.at(0).finishes, 1);
  }
}

TEST(GeminiStream, S5OneFinishAChoice) {
  const std::string each = parts(text("a"), finishing("STOP"));
  const AssembledReply reply = read_reply(translated(each + each + each).out);
  EXPECT_EQ(reply.choices.at(0).finishes, 1);
  EXPECT_EQ(reply.choices.at(0).content, "aaa");
}

TEST(GeminiStream, S6LengthWinsOverCalls) {
  for (const std::string_view reason : {"MAX_TOKENS", "CONTINUATION"}) {
    const AssembledReply reply =
        read_reply(translated(parts(call("f", "{}")) + finish(reason)).out);
    EXPECT_EQ(reply.choices.at(0).finish_reason, "length");
  }
}

TEST(GeminiStream, S7FinishWithoutPartsOrContent) {
  for (const std::string_view last :
       {R"({"finishReason":"ODD","index":0})", R"({"content":{},"finishReason":"ODD"})",
        R"({"content":{"role":"model"},"finishReason":"ODD"})",
        R"({"content":null,"finishReason":"ODD"})",
        R"({"content":{"parts":null},"finishReason":"ODD"})"}) {
    const AssembledReply reply = read_reply(
        translated(parts(text("a")) + event(answer(last, R"({"totalTokenCount":3})"))).out);
    EXPECT_EQ(reply.choices.at(0).finish_reason, "stop") << last;
    EXPECT_EQ(reply.choices.at(0).native_finish_reason, "ODD");
    EXPECT_EQ(reply.usage["total_tokens"], 3);
    EXPECT_TRUE(reply.is_done);
  }
}

TEST(GeminiStream, S8ReasoningIsAllThatWasThought) {
  EXPECT_EQ(read_reply(translated(full_stream()).out).choices.at(0).reasoning,
            "Let me see \xc3\xa4");
  AnswerTerms silent = terms;
  silent.shows_reasoning = false;
  const AssembledReply hidden = read_reply(translated(full_stream(), silent).out);
  EXPECT_EQ(hidden.choices.at(0).reasoning, "");
  EXPECT_EQ(hidden.choices.at(0).content, "Hello \xf0\x9f\x98\x80\n");
}

TEST(GeminiStream, S10UsageOnlyWhenAsked) {
  AnswerTerms unasked = terms;
  unasked.wants_usage = false;
  const std::string out = translated(full_stream(), unasked).out;
  EXPECT_EQ(out.find("usage"), out.npos);
  EXPECT_EQ(out.find("\"choices\":[]"), out.npos);
}

TEST(GeminiStream, S13OnlyOpenAisFinishReasonsLeave) {
  const std::pair<std::string_view, std::string_view> reasons[] = {
      {"STOP", "stop"},
      {"MAX_TOKENS", "length"},
      {"CONTINUATION", "length"},
      {"SAFETY", "content_filter"},
      {"RECITATION", "content_filter"},
      {"BLOCKLIST", "content_filter"},
      {"PROHIBITED_CONTENT", "content_filter"},
      {"SPII", "content_filter"},
      {"IMAGE_SAFETY", "content_filter"},
      {"IMAGE_PROHIBITED_CONTENT", "content_filter"},
      {"IMAGE_RECITATION", "content_filter"},
      {"MODEL_ARMOR", "content_filter"},
      {"MALFORMED_FUNCTION_CALL", "stop"},
      {"UNEXPECTED_TOOL_CALL", "stop"},
      {"TOO_MANY_TOOL_CALLS", "stop"},
      {"MALFORMED_RESPONSE", "stop"},
      {"MISSING_THOUGHT_SIGNATURE", "stop"},
      {"LANGUAGE", "stop"},
      {"OTHER", "stop"},
      {"NO_IMAGE", "stop"},
      {"IMAGE_OTHER", "stop"},
      {"SOMETHING_NEW", "stop"},
  };
  for (const auto& [native, reason] : reasons) {
    const AssembledReply reply = read_reply(translated(parts(text("a")) + finish(native)).out);
    EXPECT_EQ(reply.choices.at(0).finish_reason, reason) << native;
    EXPECT_EQ(reply.choices.at(0).native_finish_reason, native);
  }
}

TEST(GeminiStream, S14LastUsageWins) {
  const AssembledReply reply = read_reply(
      translated(
          event(answer(candidate(text("a")), R"({"promptTokenCount":90,"totalTokenCount":90})")) +
          event(answer(candidate(text("b"), finishing("STOP")),
                       R"({"promptTokenCount":7,"candidatesTokenCount":2,"totalTokenCount":9})")))
          .out);
  EXPECT_EQ(reply.usage.dump(), R"({"completion_tokens":2,"prompt_tokens":7,"total_tokens":9})");
}

TEST(GeminiStream, S18TextIsCopiedAsItIsSpelt) {
  const std::string odd = R"(\ud800 \u2028 \/ \u00E4 1.0 \\n)";
  EXPECT_EQ(rows(parts(text(odd))), Rows{row("\"content\":\"" + odd + "\"")});
  const std::string out =
      translated(parts(call("f", R"({"z":1.0,"big":9007199254740993,"a":"\ud800"})"))).out;
  EXPECT_NE(out.find(R"("arguments":"{\"z\":1.0,\"big\":9007199254740993,\"a\":\"\\ud800\"}")"),
            out.npos);
}

TEST(GeminiStream, S19CutsDoNotMatter) {
  expect_same_in_all_pieces(gemini_stream, terms, full_stream());
}

TEST(GeminiStream, S19LastEventMayLackItsBlankLine) {
  const std::string stream = full_stream();
  for (std::size_t less : {1u, 2u, 3u, 4u})
    EXPECT_EQ(translated(stream.substr(0, stream.size() - less)).out, translated(stream).out);
}

TEST(GeminiStream, WhatIsLeftOutIsCountedByKind) {
  const std::string stream = parts(R"({"executableCode":{"code":"1"}},{"novel":1})") +
                             parts(text("a") + R"(,{"toolCall":{"id":"1"}})") +
                             parts("", finishing("STOP") + R"(,"groundingMetadata":{"a":1})");
  expect_same_in_all_pieces(gemini_stream, terms, stream);
  const SkippedCounts skipped = translated(stream).facts.skipped;
  EXPECT_EQ(skipped[SkippedKind::code_execution], 1u);
  EXPECT_EQ(skipped[SkippedKind::other], 1u);
  EXPECT_EQ(skipped[SkippedKind::server_tool], 1u);
  EXPECT_EQ(skipped[SkippedKind::grounding], 1u);
  EXPECT_EQ(translated(full_stream()).facts.skipped.kinds, SkippedCounts().kinds);
}

TEST(GeminiStream, FactsKnowOfCallsThatComeBehindTheReason) {
  const AnswerFacts facts = translated(finish("STOP") + parts(call("f", "{}"))).facts;
  EXPECT_EQ(facts.native_finish_reason, "STOP");
  EXPECT_EQ(facts.finish_reason, "tool_calls");
  EXPECT_FALSE(facts.is_at_max_tokens);
  EXPECT_TRUE(translated(finish("MAX_TOKENS")).facts.is_at_max_tokens);
}

}  // namespace
}  // namespace llmgw::proxy::gemini_sample
