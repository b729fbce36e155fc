// SPDX-License-Identifier: MIT
// How the counts of a message become those of a chat completion.
#include "proxy/provider/anthropic/answer_usage.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "proxy/provider/anthropic/answer_stream.hpp"
#include "tests/unit/proxy/provider/anthropic/sample_streams.hpp"

namespace llmgw::proxy::anthropic_sample {
namespace {

std::string counted(std::initializer_list<std::string_view> usages) {
  AnthropicAnswerUsage usage;
  for (const std::string_view each : usages) usage.note(each);
  std::string out;
  chat_answer::append_usage(usage.in_chat_form(), out);
  return out;
}

TEST(AnthropicAnswerUsage, CacheIsPartOfThePrompt) {
  EXPECT_EQ(counted({R"({"input_tokens":10,"cache_creation_input_tokens":3,)"
                     R"("cache_read_input_tokens":7,"output_tokens":5,)"
                     R"("output_tokens_details":{"thinking_tokens":4}})"}),
            R"({"prompt_tokens":20,"completion_tokens":5,"total_tokens":25,)"
            R"("prompt_tokens_details":{"cached_tokens":7,"cache_write_tokens":3},)"
            R"("completion_tokens_details":{"reasoning_tokens":4}})");
}

// BF#5510: of servers whose input holds what their cache served.
TEST(AnthropicAnswerUsage, S14CacheIsNotCountedTwiceWhereTheInputHoldsIt) {
  AnthropicAnswerUsage usage(true);
  usage.note(R"({"input_tokens":20,"cache_creation_input_tokens":3,"cache_read_input_tokens":7,)"
             R"("output_tokens":5})");
  std::string out;
  chat_answer::append_usage(usage.in_chat_form(), out);
  EXPECT_EQ(out, R"({"prompt_tokens":20,"completion_tokens":5,"total_tokens":25,)"
                 R"("prompt_tokens_details":{"cached_tokens":7,"cache_write_tokens":3}})");
}

TEST(AnthropicAnswerUsage, WhatNobodySaidIsLeftOut) {
  EXPECT_EQ(counted({}), "{}");
  EXPECT_EQ(counted({"null", "[]", "{\"input_tokens\":", R"({"input_tokens":null})"}), "{}");
  EXPECT_EQ(counted({R"({"output_tokens":5})"}), R"({"completion_tokens":5})");
  EXPECT_EQ(counted({R"({"input_tokens":5,"cache_read_input_tokens":null})"}),
            R"({"prompt_tokens":5})");
}

TEST(AnthropicAnswerUsage, S14LastValueOfEachFieldWins) {
  EXPECT_EQ(counted({R"({"input_tokens":8834,"output_tokens":1})",
                     R"({"input_tokens":18,"cache_read_input_tokens":8831,"output_tokens":9})"}),
            R"({"prompt_tokens":8849,"completion_tokens":9,"total_tokens":8858,)"
            R"("prompt_tokens_details":{"cached_tokens":8831}})");
  EXPECT_EQ(counted({R"({"input_tokens":10,"output_tokens":1})",
                     R"({"output_tokens":2,"cache_creation_input_tokens":4,"input_tokens":null})"}),
            R"({"prompt_tokens":14,"completion_tokens":2,"total_tokens":16,)"
            R"("prompt_tokens_details":{"cache_write_tokens":4}})");
}

TEST(AnthropicAnswerUsage, S15InputThatGrowsWithinTheMessage) {
  EXPECT_EQ(counted({R"({"input_tokens":2068,"output_tokens":3})",
                     R"({"input_tokens":22397,"output_tokens":410})"}),
            R"({"prompt_tokens":22397,"completion_tokens":410,"total_tokens":22807})");
}

TEST(AnthropicAnswerUsage, S16IterationsAreSummed) {
  EXPECT_EQ(
      counted(
          {R"({"input_tokens":100,"cache_read_input_tokens":55096,"output_tokens":1})",
           R"({"input_tokens":181,"cache_read_input_tokens":0,"output_tokens":8,"iterations":[)"
           R"({"type":"compaction","input_tokens":100,"cache_read_input_tokens":55096,"output_tokens":83},)"
           R"({"type":"message","input_tokens":181,"cache_read_input_tokens":0,"output_tokens":8}]})"}),
      R"({"prompt_tokens":55377,"completion_tokens":91,"total_tokens":55468,)"
      R"("prompt_tokens_details":{"cached_tokens":55096}})");
  EXPECT_EQ(counted({R"({"input_tokens":2411,"output_tokens":5,"iterations":[)"
                     R"({"type":"message","input_tokens":1128,"output_tokens":2},)"
                     R"({"type":"advisor_message","input_tokens":2543,"output_tokens":7},)"
                     R"({"type":"message","input_tokens":1283,"output_tokens":3}]})"}),
            R"({"prompt_tokens":4954,"completion_tokens":12,"total_tokens":4966})");
  EXPECT_EQ(counted({R"({"input_tokens":1,"output_tokens":2,"iterations":[]})"}),
            R"({"prompt_tokens":1,"completion_tokens":2,"total_tokens":3})");
}

TEST(AnthropicAnswerUsage, SumsStayCounts) {
  const std::string_view most = R"({"input_tokens":9223372036854775807,)"
                                R"("cache_read_input_tokens":9223372036854775807,)"
                                R"("cache_creation_input_tokens":9223372036854775807,)"
                                R"("output_tokens":9223372036854775807})";
  EXPECT_EQ(nlohmann::json::parse(counted({most}))["total_tokens"], 9223372036854775807);
}

TEST(AnthropicAnswerUsage, S16StreamReportsTheSums) {
  const AssembledReply reply = read_reply(
      translate(anthropic_stream, terms,
                start() +
                    message_delta("end_turn",
                                  R"({"output_tokens":8,"iterations":[)"
                                  R"({"type":"compaction","input_tokens":100,"output_tokens":83},)"
                                  R"({"type":"message","input_tokens":181,"output_tokens":8}]})") +
                    stop())
          .out);
  EXPECT_EQ(reply.usage.dump(),
            R"({"completion_tokens":91,"prompt_tokens":281,"total_tokens":372})");
}

TEST(AnthropicAnswerUsage, S10StreamThatTellsNoneHasNoChunkOfIt) {
  const AssembledReply reply = read_reply(
      translate(anthropic_stream, terms, start("{}") + message_delta("end_turn", "{}") + stop())
          .out);
  EXPECT_TRUE(reply.is_done);
  EXPECT_TRUE(reply.usage.is_null());
}

TEST(AnthropicAnswerUsage, CountsTheProvidersOwnTools) {
  AnthropicAnswerUsage usage;
  EXPECT_FALSE(usage.server_tool_requests());
  usage.note(R"({"server_tool_use":null})");
  EXPECT_FALSE(usage.server_tool_requests());
  usage.note(R"({"server_tool_use":{"web_search_requests":0}})");
  EXPECT_EQ(usage.server_tool_requests(), 0);
}

}  // namespace
}  // namespace llmgw::proxy::anthropic_sample
