// SPDX-License-Identifier: MIT
// What each status means for a batch.
#include "proxy/outbox/verdict.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

TEST(Verdict, OfEachStatus) {
  for (int status = 100; status < 600; ++status) {
    Verdict expected = Verdict::retry;
    if (status / 100 == 2) expected = Verdict::delivered;
    if (status / 100 == 4) expected = Verdict::rejected;
    if (status == 401 || status == 408 || status == 425 || status == 429) expected = Verdict::retry;
    if (status == 413) expected = Verdict::split;
    EXPECT_EQ(verdict_of(status), expected) << status;
  }
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
