// SPDX-License-Identifier: MIT
// Sessions end, are bounded, and are known by their cookie alone.
#include "collector/query/sessions.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

constexpr Sessions::Time begin{std::chrono::hours(100)};

TEST(Sessions, AreThoseOfTheirToken) {
  Sessions sessions;
  sessions.open("id-1", "digest-1", begin);
  sessions.open("id-2", "digest-2", begin);
  EXPECT_EQ(sessions.token_of("id-1", begin), "digest-1");
  EXPECT_EQ(sessions.token_of("id-2", begin), "digest-2");
  EXPECT_EQ(sessions.token_of("id-3", begin), "");
  sessions.close("id-1");
  EXPECT_EQ(sessions.token_of("id-1", begin), "");
  EXPECT_EQ(sessions.size(), 1U);
}

TEST(Sessions, EndAfterTwelveHours) {
  Sessions sessions;
  sessions.open("id", "digest", begin);
  EXPECT_EQ(sessions.token_of("id", begin + std::chrono::minutes(719)), "digest");
  EXPECT_EQ(sessions.token_of("id", begin + std::chrono::minutes(720)), "");
  EXPECT_EQ(sessions.size(), 0U);
}

TEST(Sessions, OfOneTokenPushOutTheirOwn) {
  Sessions sessions;
  sessions.open("mine", "one", begin);
  for (std::size_t i = 0; i < 2 * Sessions::most; ++i)
    sessions.open("id-" + std::to_string(i), "two", begin);
  EXPECT_EQ(sessions.size(), Sessions::most);
  EXPECT_EQ(sessions.token_of("mine", begin), "one");
  EXPECT_EQ(sessions.token_of("id-0", begin), "");
  sessions.open("new", "three", begin);
  EXPECT_EQ(sessions.token_of("mine", begin), "");  // the oldest, where the token has none
}

TEST(CookieOf, FindsTheWholeName) {
  EXPECT_EQ(cookie_of("a=1; llmgw_session=x; b=2", "llmgw_session"), "x");
  EXPECT_EQ(cookie_of("llmgw_session=a=b", "llmgw_session"), "a=b");
  EXPECT_EQ(cookie_of("xllmgw_session=x;llmgw_sessiony=y", "llmgw_session"), "");
  EXPECT_EQ(cookie_of("llmgw_session", "llmgw_session"), "");
  EXPECT_EQ(cookie_of("", "llmgw_session"), "");
  EXPECT_EQ(cookie_of(";;=;", "llmgw_session"), "");
}

}  // namespace
}  // namespace llmgw::collector
