// SPDX-License-Identifier: MIT
// What each status means for a batch.
#include "proxy/outbox/verdict.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr const char* refusal =
    R"({"error":{"message":"Nothing was stored: line 1 is no JSON.","type":"invalid_request_error",)"
    R"("param":null,"code":"invalid_event"}})";

TEST(Verdict, OfEachStatus) {
  for (int status = 100; status < 600; ++status) {
    Verdict expected = Verdict::retry;
    if (status / 100 == 2) expected = Verdict::delivered;
    if (status == 413) expected = Verdict::split;
    EXPECT_EQ(verdict_of(status, "<html>No.</html>"), expected) << status;
    if (status == 400) expected = Verdict::rejected;
    EXPECT_EQ(verdict_of(status, refusal), expected) << status;
  }
}

TEST(Verdict, OnlyTheCollectorsOwnWordsLoseABatch) {
  EXPECT_EQ(verdict_of(400, R"({"error":{"code":"invalid_content_encoding"}})"), Verdict::rejected);
  EXPECT_EQ(verdict_of(400, "{\n  \"error\": {\n    \"code\": \"invalid_event\"\n  }\n}\n"),
            Verdict::rejected);
  for (const std::string& other : std::vector<std::string>{
           "", "Bad Request", "{}", "[]", "7", "{\"error\":\"invalid_event\"}", "{\"error\":{}}",
           "{\"error\":{\"code\":7}}", "{\"error\":{\"code\":[\"invalid_event\"]}}",
           "{\"error\":{\"code\":\"malformed_request\"}}", "{\"code\":\"invalid_event\"}",
           std::string(refusal).substr(1), std::string(refusal) + "x", std::string(60'000, '[')})
    EXPECT_EQ(verdict_of(400, other), Verdict::retry) << other.substr(0, 80);
}

TEST(Verdict, RetryAfterInSecondsOnly) {
  EXPECT_EQ(parse_retry_after("0"), 0s);
  EXPECT_EQ(parse_retry_after("17"), 17s);
  for (const char* other :
       {"", "-1", "1.5", "soon", "12 ", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"})
    EXPECT_EQ(parse_retry_after(other), 0s) << other;
}

}  // namespace
}  // namespace llmgw::proxy
