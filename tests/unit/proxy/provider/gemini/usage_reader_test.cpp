// SPDX-License-Identifier: MIT
// Gemini's answers in the forms that it sends, cut at every place, and what must be known of them.
#include "proxy/provider/gemini/usage_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/metering/metered.hpp"

namespace llmgw::proxy {
namespace {

const std::string model = "gemini-3.8-flash";

void expect(const std::string& type, const std::string& body, const Expected& expected) {
  expect_facts(type, body, expected, gemini_usage_reader);
}

ResponseFacts facts_of(const std::string& type, const std::string& body) {
  return meter(type, body, "", capture_limit, gemini_usage_reader);
}

std::string reply(const std::string& candidate, const std::string& usage) {
  return R"({"candidates":[{)" + candidate + R"(,"index":0}],"usageMetadata":{)" + usage +
         R"(},"modelVersion":")" + model + R"(","responseId":"r1"})";
}
std::string event(const std::string& data) { return "data: " + data + "\r\n\r\n"; }

const std::string hi =
    R"("content":{"parts":[{"text":"Hi \"usageMetadata\":{\"promptTokenCount\":1}"}],"role":"model"})";
const std::string stop =
    R"("content":{"parts":[{"text":"!"}],"role":"model"},"finishReason":"STOP")";
const std::string first_counts = R"("promptTokenCount":10,"totalTokenCount":10)";
const std::string last_counts =
    R"("promptTokenCount":10,"candidatesTokenCount":4,"totalTokenCount":24,"thoughtsTokenCount":7,)"
    R"("toolUsePromptTokenCount":3,"cachedContentTokenCount":6,"promptTokensDetails":)"
    R"([{"modality":"TEXT","tokenCount":10}])";
const Usage counted_last{13, 11, 24, 6, 7};

TEST(GeminiUsage, ReadsAReply) {
  expect(json_type, reply(stop, last_counts), {counted_last, model, "STOP"});
  expect(json_type, reply(hi, first_counts), {{10, 0, 10, unknown, unknown}, model, ""});
}

TEST(GeminiUsage, TakesTheLastOfAStream) {
  const std::string stream =
      event(reply(hi, first_counts)) +
      event(reply(hi, R"("promptTokenCount":10,"candidatesTokenCount":1,"totalTokenCount":11)")) +
      event(reply(stop, last_counts));
  expect(sse_type, stream, {counted_last, model, "STOP"});
  // The call and the reason in different events, the last without counts.
  expect(sse_type,
         event(reply(R"("content":{"parts":[{"functionCall":{"name":"f","args":{"text":"x"}}}]})",
                     last_counts)) +
             event(R"({"candidates":[{"finishReason":"STOP"}]})"),
         {counted_last, model, "STOP"});
}

// Of a body without `alt=sse` each element is a reply.
TEST(GeminiUsage, ReadsAListOfReplies) {
  const std::string list =
      "[" + reply(hi, first_counts) + "\n,\r\n" + reply(stop, last_counts) + "\n]";
  expect(json_type, list, {counted_last, model, "STOP"});
  expect("", " \n" + list, {counted_last, model, "STOP"});
  EXPECT_EQ(facts_of(json_type, list).stream_chunks, 2u);
  EXPECT_EQ(facts_of(json_type, "[]").stream_chunks, 0u);
  EXPECT_FALSE(facts_of(json_type, reply(stop, last_counts)).stream_chunks);
  // It was cut off.
  expect(json_type, "[" + reply(hi, first_counts) + ",{\"candidates\":[",
         {{10, 0, 10, unknown, unknown}, model, ""});
}

// To a dialect whose replies do not come so it is nothing to be read.
TEST(GeminiUsage, ListsAreRepliesWhereTheDialectSaysSo) {
  expect_facts(json_type, R"([{"model":"m","usage":{"prompt_tokens":1}}])", {});
}

TEST(GeminiUsage, ThoughtsWithinCandidatesAreCountedOnce) {
  expect(json_type,
         reply(stop, R"("promptTokenCount":10,"candidatesTokenCount":11,"thoughtsTokenCount":7,)"
                     R"("totalTokenCount":21)"),
         {{10, 11, 21, unknown, 7}, model, "STOP"});
}

TEST(GeminiUsage, WithoutAUsableTotalTheGeneratedAreAddedUp) {
  expect(json_type,
         reply(stop, R"("promptTokenCount":10,"candidatesTokenCount":4,"thoughtsTokenCount":7)"),
         {{10, 11, 21, unknown, 7}, model, "STOP"});
  expect(json_type,
         reply(stop, R"("promptTokenCount":10,"candidatesTokenCount":4,"totalTokenCount":5)"),
         {{10, 4, 5, unknown, unknown}, model, "STOP"});
  expect(json_type, reply(stop, R"("totalTokenCount":5)"),
         {{unknown, unknown, 5, unknown, unknown}, model, "STOP"});
  expect(json_type, reply(stop, R"("promptTokenCount":10)"),
         {{10, unknown, unknown, unknown, unknown}, model, "STOP"});
}

TEST(GeminiUsage, WhatIsCountedBeforehandIsNone) {
  expect(json_type,
         R"({"totalTokens":31,"promptTokensDetails":[{"modality":"TEXT","tokenCount":31}]})", {});
}

TEST(GeminiUsage, KeepsTheReasonInItsOwnWords) {
  for (const std::string reason : {"MAX_TOKENS", "SAFETY", "MALFORMED_FUNCTION_CALL",
                                   "MISSING_THOUGHT_SIGNATURE", "MODEL_ARMOR", "NEW_ONE"}) {
    expect(sse_type, event(reply(R"("finishReason":")" + reason + "\"", last_counts)),
           {counted_last, model, reason});
  }
  expect(sse_type,
         event(R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{)" +
               first_counts + R"(},"modelVersion":"gemini-3.8-flash"})"),
         {{10, 0, 10, unknown, unknown}, model, "PROHIBITED_CONTENT"});
}

TEST(GeminiUsage, TellsAnErrorWithinAStream) {
  const std::string error = R"({"error":{"code":503,"message":"m","status":"UNAVAILABLE"}})";
  const Usage first{10, 0, 10, unknown, unknown};
  expect(sse_type, event(error), {{}, "", "", true});
  expect(sse_type, event(reply(hi, first_counts)) + event(error), {first, model, "", true});
  expect(json_type, "[" + reply(hi, first_counts) + ",\n" + error + "]", {first, model, "", true});
  // These have a status of their own.
  expect(json_type, error, {});
  expect(json_type, "[" + error + "]", {});
  expect(sse_type, event(R"({"candidates":[{"content":{"parts":[{"error":1}]}}]})"), {});
}

TEST(GeminiUsage, CountsPiecesOfText) {
  const std::string parts =
      R"("content":{"parts":[{"text":"ab"},{"text":"\u00e9","thought":true},{"text":""},)"
      R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}}]})";
  const ResponseFacts facts = facts_of(sse_type, event(reply(parts, first_counts)));
  EXPECT_EQ(facts.stream_chunks, 2u);
  EXPECT_EQ(facts.output_bytes, 4u);
}

TEST(GeminiUsage, TellsTheTier) {
  EXPECT_EQ(facts_of(json_type, reply(stop, first_counts + R"(,"serviceTier":"priority")"))
                .service_tier.view(),
            "priority");
}

}  // namespace
}  // namespace llmgw::proxy
