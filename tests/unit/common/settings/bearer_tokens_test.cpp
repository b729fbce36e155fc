// SPDX-License-Identifier: MIT
// Which files hold tokens, what is sent of them, and what is taken.
#include "common/settings/bearer_tokens.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

BearerTokens tokens(std::string content) {
  auto parsed = BearerTokens::parse(std::move(content));
  EXPECT_TRUE(parsed);
  return parsed ? *parsed : BearerTokens();
}

TEST(BearerTokens, AreOneOrTwoLines) {
  EXPECT_EQ(tokens("abc"), tokens("abc\n"));
  EXPECT_EQ(tokens("abc\r\n\r\ndef\r\n"), tokens("\nabc\n\n\ndef"));
  EXPECT_NE(tokens("abc\ndef"), tokens("def\nabc"));
  EXPECT_EQ(tokens(std::string(4'096, 'x')).authorization().reveal().size(), 4'096U + 7);
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("\r\n\r\n"), std::string("a\nb\nc"),
        std::string("a b"), std::string(" a"), std::string("a\tb"), std::string("a\0b", 3),
        std::string("\xc3\xa4"), std::string("a\x7f"), std::string(4'097, 'x')})
    EXPECT_EQ(BearerTokens::parse(bad).error(), errc::invalid_setting) << bad;
}

TEST(BearerTokens, TheFirstIsSent) {
  EXPECT_EQ(tokens("new\nold\n").authorization().reveal(), "Bearer new");
  EXPECT_TRUE(BearerTokens().authorization().is_empty());
}

TEST(BearerTokens, EitherIsTaken) {
  const BearerTokens two = tokens("new-token\nold\n");
  for (const char* good : {"Bearer new-token", "Bearer old", "bearer old", "BEARER   old"})
    EXPECT_TRUE(two.accepts(good)) << good;
  for (const char* bad : {"", "Bearer", "Bearer ", "Bearer  ", "Bearer ol", "Bearer oldd",
                          "Bearer oldold", "Bearer Old", "Basic old", "old", "Bearerold",
                          "Bearer new-tokenold", "Bearer old ", "Bearer new-token\nold"})
    EXPECT_FALSE(two.accepts(bad)) << bad;
  EXPECT_FALSE(BearerTokens().accepts("Bearer old"));
  EXPECT_FALSE(BearerTokens().accepts("Bearer "));
}

}  // namespace
}  // namespace llmgw
