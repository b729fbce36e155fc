// SPDX-License-Identifier: MIT
// Anthropic's answers in the forms that it and compatible servers send, cut at every place, and
// what must be known of them.
#include "proxy/provider/anthropic/usage_reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/metering/metered.hpp"

namespace llmgw::proxy {
namespace {

const std::string model = "claude-sonnet-4-6";

void expect(const std::string& type, const std::string& body, const Expected& expected) {
  expect_facts(type, body, expected, anthropic_usage_reader);
}

ResponseFacts facts_of(const std::string& type, const std::string& body) {
  return meter(type, body, "", capture_limit, anthropic_usage_reader);
}

std::string event(const std::string& name, const std::string& rest) {
  return "event: " + name + "\ndata: {\"type\":\"" + name + "\"" + (rest.empty() ? "" : ",") +
         rest + "}\n\n";
}

std::string start(const std::string& usage) {
  return event("message_start",
               R"("message":{"id":"msg_1","type":"message","role":"assistant","model":")" + model +
                   R"(","content":[],"stop_reason":null,"stop_sequence":null,"usage":)" + usage +
                   "}");
}

std::string end(const std::string& usage, const std::string& reason = "end_turn") {
  return event("message_delta", R"("delta":{"stop_reason":")" + reason +
                                    R"(","stop_sequence":null},"usage":)" + usage) +
         event("message_stop", "");
}

std::string delta(const std::string& content) {
  return event("content_block_delta", R"("index":0,"delta":{)" + content + "}");
}
const std::string text =
    delta(R"("type":"text_delta","text":"say \"usage\":{\"input_tokens\":1}")");

TEST(AnthropicUsage, ReadsAMessage) {
  expect(json_type,
         R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-6",)"
         R"("content":[{"type":"text","text":"\"usage\":{\"input_tokens\":7}"},)"
         R"({"type":"tool_use","id":"t","name":"n","input":{"usage":{"input_tokens":8}}}],)"
         R"("stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":12,)"
         R"("cache_creation_input_tokens":100,"cache_read_input_tokens":2000,)"
         R"("cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":0},)"
         R"("output_tokens":30,"output_tokens_details":{"thinking_tokens":11},)"
         R"("server_tool_use":null,"service_tier":"standard"}})",
         {{2112, 30, 2142, 2000, 11, 100, 0}, model, "tool_use"});
}

TEST(AnthropicUsage, ReadsAStreamOfWhichTheEndCountsOutputAlone) {
  const std::string stream =
      start(R"({"input_tokens":25,"cache_creation_input_tokens":0,"cache_read_input_tokens":5,)"
            R"("output_tokens":1,"service_tier":"priority"})") +
      event("content_block_start", R"("index":0,"content_block":{"type":"text","text":""})") +
      event("ping", "") + text + delta(R"("type":"text_delta","text":"!")") +
      event("content_block_stop", R"("index":0)") + end(R"({"output_tokens":15})");
  expect(sse_type, stream, {{30, 15, 45, 5, unknown, 0}, model, "end_turn"});
  EXPECT_EQ(facts_of(sse_type, stream).service_tier.view(), "priority");
}

TEST(AnthropicUsage, TellsWhatStaysInTheCacheForAnHour) {
  expect(sse_type,
         start(R"({"input_tokens":10,"cache_creation_input_tokens":300,"output_tokens":1,)"
               R"("cache_creation":{"ephemeral_5m_input_tokens":200,)"
               R"("ephemeral_1h_input_tokens":100}})") +
             end(R"({"output_tokens":4})"),
         {{310, 4, 314, unknown, unknown, 300, 100}, model, "end_turn"});
  // Of all iterations, where there are some.
  expect(sse_type,
         start(R"({"input_tokens":10,"cache_creation":{"ephemeral_1h_input_tokens":5}})") +
             end(R"({"output_tokens":4,"iterations":[)"
                 R"({"input_tokens":1,"output_tokens":1,"cache_creation_input_tokens":5,)"
                 R"("cache_creation":{"ephemeral_1h_input_tokens":5}},)"
                 R"({"input_tokens":2,"output_tokens":3,"cache_creation_input_tokens":8,)"
                 R"("cache_creation":{"ephemeral_1h_input_tokens":7}},{"cache_creation":null}]})"),
         {{16, 4, 20, unknown, unknown, 13, 12}, model, "end_turn"});
}

// Per count the last value that is not null: neither the greater one nor a sum (S14, S15).
TEST(AnthropicUsage, S14_CacheCountsThatComeLateAreNotCountedTwice) {
  // Kimi and QwenCloud: first all of the prompt, then how it splits.
  expect(sse_type,
         start(R"({"input_tokens":8834,"output_tokens":0})") + text +
             end(R"({"input_tokens":18,"cache_read_input_tokens":8831,"output_tokens":40})"),
         {{8849, 40, 8889, 8831, unknown, unknown}, model, "end_turn"});
  // What was written to the cache is in the end alone.
  expect(sse_type,
         start(R"({"input_tokens":10,"output_tokens":1})") + text +
             end(R"({"output_tokens":4,"cache_creation_input_tokens":700})"),
         {{710, 4, 714, unknown, unknown, 700}, model, "end_turn"});
  // A null takes nothing back, a zero does.
  expect(sse_type,
         start(R"({"input_tokens":10,"cache_read_input_tokens":3,"output_tokens":1})") +
             end(R"({"input_tokens":null,"cache_read_input_tokens":0,"output_tokens":4})"),
         {{10, 4, 14, 0, unknown, unknown}, model, "end_turn"});
}

TEST(AnthropicUsage, S14_ServersThatCountTheCacheAsInput) {
  const std::string stream =
      start(R"({"input_tokens":8849,"cache_read_input_tokens":8831,"output_tokens":0})") +
      end(R"({"output_tokens":40})");
  expect_facts(sse_type, stream, {{8849, 40, 8889, 8831, unknown, unknown}, model, "end_turn"},
               anthropic_inclusive_usage_reader);
}

TEST(AnthropicUsage, S15_InputThatGrowsWithinTheMessage) {
  for (const auto& [first, last] : {std::pair(2068, 22'397), std::pair(80'251, 482'529)}) {
    expect(sse_type,
           start("{\"input_tokens\":" + std::to_string(first) + ",\"output_tokens\":2}") + text +
               end("{\"input_tokens\":" + std::to_string(last) +
                   ",\"output_tokens\":90,"
                   R"("server_tool_use":{"web_search_requests":3}})"),
           {{last, 90, last + 90, unknown, unknown, unknown}, model, "end_turn"});
  }
}

// The counts beside them are those of the kind `message`.
TEST(AnthropicUsage, S16_IterationsAreAddedUp) {
  const std::string iterations =
      R"("iterations":[{"type":"compaction","input_tokens":100,"cache_read_input_tokens":55096,)"
      R"("cache_creation_input_tokens":0,"output_tokens":83},{"type":"message","input_tokens":181,)"
      R"("cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":8}])";
  expect(sse_type,
         start(R"({"input_tokens":100,"cache_read_input_tokens":55096,"output_tokens":1})") + text +
             end(R"({"input_tokens":181,"cache_read_input_tokens":0,"output_tokens":8,)" +
                 iterations + "}"),
         {{55'377, 91, 55'468, 55'096, unknown, 0}, model, "end_turn"});
  expect(json_type,
         R"({"type":"message","model":"claude-sonnet-4-6","stop_reason":"end_turn","usage":{)" +
             iterations + R"(,"input_tokens":181,"output_tokens":8}})",
         {{55'377, 91, 55'468, 55'096, unknown, 0}, model, "end_turn"});
  // An advisor beside two of the message itself.
  expect(
      sse_type,
      start(R"({"input_tokens":1128,"output_tokens":1})") +
          end(R"({"input_tokens":2411,"output_tokens":20,"iterations":[)"
              R"({"type":"message","input_tokens":1128,"output_tokens":9},)"
              R"({"type":"advisor_message","model":"other","input_tokens":2543,"output_tokens":5},)"
              R"({"type":"message","input_tokens":1283,"output_tokens":11}]})"),
      {{4954, 25, 4979, unknown, unknown, unknown}, model, "end_turn"});
}

TEST(AnthropicUsage, S16_OnlyIterationsOfTheLastUsageCount) {
  const std::string one = R"("iterations":[{"input_tokens":10,"output_tokens":1}])";
  const std::string two =
      R"("iterations":[{"input_tokens":10,"output_tokens":3},{"input_tokens":5,"output_tokens":4}])";
  const auto stream = [](const std::string& first, const std::string& last) {
    return start(R"({"input_tokens":10,"output_tokens":1)" + first + "}") + text +
           end(R"({"input_tokens":12,"output_tokens":7)" + last + "}");
  };
  expect(sse_type, stream("," + one, "," + two),
         {{15, 7, 22, unknown, unknown, unknown}, model, "end_turn"});
  expect(sse_type, stream("," + one, ""),
         {{12, 7, 19, unknown, unknown, unknown}, model, "end_turn"});
  for (const std::string none :
       {R"(,"iterations":null)", R"(,"iterations":[])", R"(,"iterations":[{}])",
        R"(,"iterations":"x")", R"(,"iterations":[[{"input_tokens":9}],7,null])"}) {
    expect(sse_type, stream("", none), {{12, 7, 19, unknown, unknown, unknown}, model, "end_turn"});
  }
  // Later null usage says nothing.
  expect(sse_type,
         start("{\"input_tokens\":10,\"output_tokens\":1," + one + "}") +
             event("message_delta", R"("delta":{},"usage":null)"),
         {{10, 1, 11, unknown, unknown, unknown}, model, ""});
}

TEST(AnthropicUsage, S16_SumsOfAnySizeAreBounded) {
  const std::string most = "9223372036854775807";
  const ResponseFacts facts = facts_of(
      json_type, R"({"usage":{"iterations":[{"output_tokens":)" + most + R"(},{"output_tokens":)" +
                     most + R"(},{"output_tokens":-5},{"output_tokens":1.5}]}})");
  EXPECT_EQ(facts.usage.completion, std::stoull(most));
}

TEST(AnthropicUsage, WhatIsCountedBeforehandIsNone) {
  expect(json_type, R"({"input_tokens":2095})", {});
  expect(json_type, R"({"input_tokens":2095,"context_management":{"original_input_tokens":3000}})",
         {});
}

TEST(AnthropicUsage, KnowsNoPromptWithoutInput) {
  expect(sse_type, end(R"({"output_tokens":15,"cache_read_input_tokens":4})"),
         {{unknown, 15, unknown, 4, unknown, unknown}, "", "end_turn"});
}

TEST(AnthropicUsage, KeepsTheReasonInItsOwnWords) {
  for (const std::string reason :
       {"max_tokens", "refusal", "pause_turn", "model_context_window_exceeded", "something_new"}) {
    expect(sse_type,
           start(R"({"input_tokens":1,"output_tokens":1})") + end(R"({"output_tokens":2})", reason),
           {{1, 2, 3, unknown, unknown, unknown}, model, reason});
  }
}

TEST(AnthropicUsage, TellsAnErrorEvent) {
  const std::string error =
      event("error", R"("error":{"type":"overloaded_error","message":"Overloaded"})");
  const Usage one{1, 1, 2, unknown, unknown};
  expect(sse_type, error, {{}, "", "", true});
  expect(sse_type, start(R"({"input_tokens":1,"output_tokens":1})") + text + error,
         {one, model, "", true});
  // By its name alone, and by its type alone.
  expect(sse_type, "event: error\ndata: {}\n\n", {{}, "", "", true});
  expect(sse_type, "data: {\"type\":\"error\"}\n\n", {{}, "", "", true});
  expect(json_type, R"({"type":"error","error":{"type":"not_found_error","message":"m"}})", {});
}

TEST(AnthropicUsage, TakesEveryFormOfAStream) {
  std::string stream = start(R"({"input_tokens":3,"output_tokens":1})") + text +
                       event("new_kind", R"("usage":"none","delta":[1])") +
                       end(R"({"output_tokens":2})");
  const Expected expected{{3, 2, 5, unknown, unknown}, model, "end_turn"};
  std::string crlf;
  for (const char c : stream) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  expect(sse_type, crlf, expected);
  stream.insert(0, ": ping\n\n");
  expect(sse_type, stream, expected);
  // Blanks that pad the JSON, and an end without its blank line.
  expect(sse_type,
         start(R"({"input_tokens":3,"output_tokens":1}   )") +
             "event:message_delta\ndata:{\"type\": \"message_delta\", \"delta\": {\"stop_reason\": "
             "\"end_turn\"}, \"usage\": {\"output_tokens\": 2}  }",
         expected);
}

TEST(AnthropicUsage, CountsPiecesOfText) {
  const auto count = [](const std::string& stream) {
    const ResponseFacts facts = facts_of(sse_type, stream);
    return std::to_string(*facts.stream_chunks) + "/" + std::to_string(*facts.output_bytes);
  };
  EXPECT_EQ(count(delta(R"("type":"text_delta","text":"ab")")), "1/2");
  EXPECT_EQ(count(delta(R"("type":"thinking_delta","thinking":"\u00e9")")), "1/2");
  EXPECT_EQ(count(delta(R"("type":"input_json_delta","partial_json":"{\"a\":")") +
                  delta(R"("type":"input_json_delta","partial_json":"")")),
            "1/5");
  EXPECT_EQ(count(delta(R"("type":"signature_delta","signature":"EqQBCg")")), "0/0");
  EXPECT_EQ(count(event("content_block_start",
                        R"("index":0,"content_block":{"type":"text","text":"x"})")),
            "1/1");
}

// A client that leaves with the last text: the usage stands in the event that says so.
TEST(AnthropicUsage, IsAwaitedWithinTheLastEvent) {
  const std::string stream =
      start(R"({"input_tokens":3,"output_tokens":1})") + text + end(R"({"output_tokens":2})");
  ResponseMeter meter;
  meter.begin(anthropic_usage_reader, patterns, sse_type, "", capture_limit);
  const std::size_t reason = stream.find("end_turn") + 9;
  meter.observe(std::string_view(stream).substr(0, reason));
  EXPECT_TRUE(meter.awaits_usage());
  meter.observe(std::string_view(stream).substr(reason));
  EXPECT_FALSE(meter.awaits_usage());
}

}  // namespace
}  // namespace llmgw::proxy
