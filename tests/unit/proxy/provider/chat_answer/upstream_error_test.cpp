// SPDX-License-Identifier: MIT
// Errors as bodies and events, and what is masked in them.
#include "proxy/provider/chat_answer/upstream_error.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/chat_answer/secret_mask.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

TEST(UpstreamError, AsABody) {
  TranslatedError error = error_of_status(429);
  set_message(R"(slow \"down\"\n)", error);
  error.param = "n";
  EXPECT_EQ(to_json(error, "google"),
            R"({"error":{"message":"slow \"down\"\n","type":"rate_limit_error","param":"n",)"
            R"("code":"rate_limit_exceeded"},"upstream":{"provider":"google","status":429,)"
            R"("type":null,"request_id":null}})");
}

TEST(UpstreamError, OwnOnesNameNoStatusOfTheUpstream) {
  EXPECT_EQ(to_json(cut_stream(""), ""),
            R"({"error":{"message":"The upstream's stream broke off before its end.",)"
            R"("type":"upstream_error","param":null,"code":"upstream_aborted"},)"
            R"("upstream":{"provider":null,"status":null,"type":null,"request_id":null}})");
  EXPECT_EQ(cut_stream("upstream_timeout").status, 504);
  EXPECT_EQ(cut_stream("upstream_timeout").code, "upstream_timeout");
  EXPECT_EQ(cut_stream("").status, 502);
  EXPECT_EQ(invalid_stream().code, "upstream_invalid_response");
}

TEST(UpstreamError, AsAnEvent) {
  std::string out;
  append_error_event(error_of_status(529), out);
  EXPECT_EQ(out,
            "data: {\"error\":{\"message\":\"\",\"type\":\"server_error\",\"param\":null,"
            "\"code\":\"overloaded\"}}\n\n");
}

TEST(UpstreamError, WordsAreBounded) {
  EXPECT_EQ(word_of(R"(a\u0062)"), "ab");
  EXPECT_EQ(word_of(std::string(1000, 'x')).size(), 128u);
}

std::string masked(std::string text) {
  mask_secrets(text);
  return text;
}

TEST(SecretMask, TakesOutWhatLooksLikeAKey) {
  EXPECT_EQ(masked("sk-ant-api03-abcdef"), "sk-***");
  EXPECT_EQ(masked("key: sk-proj_12345678, or sk-87654321."), "key: sk-***, or sk-***");
  EXPECT_EQ(masked("Authorization: Bearer abc.def-0123"), "Authorization: Bearer ***");
  EXPECT_EQ(masked("https://x/y?a=b&key=AIzaSy0123456789"), "https://x/y?a=b&key=***");
}

TEST(SecretMask, LeavesTheRest) {
  for (const std::string_view text : {"", "task-manager-of-mine", "sk-short", "Bearer of news",
                                      "a key= b", "the risk-assessment"})
    EXPECT_EQ(masked(std::string(text)), text);
}

}  // namespace
}  // namespace llmgw::proxy::chat_answer
