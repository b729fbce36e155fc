// SPDX-License-Identifier: MIT
// Every text of bytes has one form, and nothing else is read.
#include "common/text/base64url.hpp"

#include <gtest/gtest.h>

#include <set>

namespace llmgw {
namespace {

TEST(Base64Url, VectorsOfTheRfc) {  // RFC 4648 section 10, without padding
  EXPECT_EQ(decode_base64url(""), "");
  EXPECT_EQ(decode_base64url("Zg"), "f");
  EXPECT_EQ(decode_base64url("Zm8"), "fo");
  EXPECT_EQ(decode_base64url("Zm9v"), "foo");
  EXPECT_EQ(decode_base64url("Zm9vYg"), "foob");
  EXPECT_EQ(decode_base64url("Zm9vYmE"), "fooba");
  EXPECT_EQ(decode_base64url("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64url("-_-_"), "\xfb\xff\xbf");
}

TEST(Base64Url, NothingElse) {
  for (const char* text : {"Z", "Zm9vY", "Zg==", "Zm8=", "Zm9v ", "Zm+v", "Zm/v", "Zm9\n", "Zm9.",
                           "Z\xc3\xa9", "====", "="})
    EXPECT_FALSE(decode_base64url(text)) << text;
}

TEST(Base64Url, BitsBehindTheLastByteAreZero) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::set<std::string> bytes;
  for (const char a : alphabet)
    for (const char b : alphabet)
      if (const auto decoded = decode_base64url(std::string{a, b})) {
        EXPECT_EQ(decoded->size(), 1);
        EXPECT_TRUE(bytes.insert(*decoded).second);
      }
  EXPECT_EQ(bytes.size(), 256);
}

}  // namespace
}  // namespace llmgw
