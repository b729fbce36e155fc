// SPDX-License-Identifier: MIT
// How Gemini's counts become those of a chat completion.
#include "proxy/provider/gemini/answer_usage.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace llmgw::proxy {
namespace {

std::string counted(std::initializer_list<std::string_view> usages) {
  GeminiAnswerUsage usage;
  for (const std::string_view each : usages) usage.note(each);
  std::string out;
  chat_answer::append_usage(usage.in_chat_form(), out);
  return out;
}

TEST(GeminiAnswerUsage, ThoughtsAndToolsAreCountedIn) {
  EXPECT_EQ(counted({R"({"promptTokenCount":10,"toolUsePromptTokenCount":4,)"
                     R"("candidatesTokenCount":5,"thoughtsTokenCount":3,"totalTokenCount":22,)"
                     R"("cachedContentTokenCount":6})"}),
            R"({"prompt_tokens":14,"completion_tokens":8,"total_tokens":22,)"
            R"("prompt_tokens_details":{"cached_tokens":6},)"
            R"("completion_tokens_details":{"reasoning_tokens":3}})");
}

TEST(GeminiAnswerUsage, TotalDecides) {
  EXPECT_EQ(counted({R"({"promptTokenCount":10,"candidatesTokenCount":8,)"
                     R"("thoughtsTokenCount":3,"totalTokenCount":18})"}),
            R"({"prompt_tokens":10,"completion_tokens":8,"total_tokens":18,)"
            R"("completion_tokens_details":{"reasoning_tokens":3}})");
  EXPECT_EQ(counted({R"({"promptTokenCount":10,"candidatesTokenCount":8,"thoughtsTokenCount":3})"}),
            R"({"prompt_tokens":10,"completion_tokens":11,"total_tokens":21,)"
            R"("completion_tokens_details":{"reasoning_tokens":3}})");
  EXPECT_EQ(counted({R"({"promptTokenCount":10,"totalTokenCount":10})"}),
            R"({"prompt_tokens":10,"completion_tokens":0,"total_tokens":10})");
  EXPECT_EQ(counted({R"({"promptTokenCount":10,"candidatesTokenCount":2,"totalTokenCount":3})"}),
            R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":3})");
}

TEST(GeminiAnswerUsage, S14LastValueOfEachFieldWins) {
  EXPECT_EQ(
      counted({R"({"promptTokenCount":90,"totalTokenCount":95,"cachedContentTokenCount":4})",
               R"({"promptTokenCount":7,"totalTokenCount":9,"cachedContentTokenCount":null})"}),
      R"({"prompt_tokens":7,"completion_tokens":2,"total_tokens":9,)"
      R"("prompt_tokens_details":{"cached_tokens":4}})");
}

TEST(GeminiAnswerUsage, KindsOfTokens) {
  EXPECT_EQ(
      counted(
          {R"({"promptTokenCount":9,"candidatesTokenCount":8,"totalTokenCount":17,)"
           R"("promptTokensDetails":[{"modality":"TEXT","tokenCount":2},{"modality":"AUDIO","tokenCount":7}],)"
           R"("candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":8},7]})"}),
      R"({"prompt_tokens":9,"completion_tokens":8,"total_tokens":17,)"
      R"("prompt_tokens_details":{"audio_tokens":7},)"
      R"("completion_tokens_details":{"image_tokens":8}})");
}

TEST(GeminiAnswerUsage, WhatNobodySaidIsLeftOut) {
  EXPECT_EQ(counted({}), "{}");
  EXPECT_EQ(counted({"{}", "null", "[]", "{\"promptTokenCount\":", R"({"promptTokenCount":-1})"}),
            "{}");
}

}  // namespace
}  // namespace llmgw::proxy
