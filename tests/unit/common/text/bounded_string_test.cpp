// SPDX-License-Identifier: MIT
// What fits, what is cut, and where.
#include "common/text/bounded_string.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

TEST(BoundedString, HoldsWhatFits) {
  BoundedString<8> text;
  EXPECT_TRUE(text.empty());
  text.append("1234");
  text.append("5678");
  EXPECT_EQ(text.view(), "12345678");
  EXPECT_FALSE(text.is_cut());
  text.append("");
  EXPECT_FALSE(text.is_cut());
  text.assign("x");
  EXPECT_EQ(text.view(), "x");
}

TEST(BoundedString, StaysAPrefixOnceCut) {
  BoundedString<4> text("123456");
  EXPECT_EQ(text.view(), "1234");
  EXPECT_TRUE(text.is_cut());
  text.append("7");
  EXPECT_EQ(text.view(), "1234");
  text.clear();
  text.append("7");
  EXPECT_EQ(text.view(), "7");
  EXPECT_FALSE(text.is_cut());
}

TEST(BoundedString, NeverCutsACharacter) {
  const std::string_view texts[] = {"123\u00e4", "12\u20ac", "123\u20ac", "1\U0001f600",
                                    "\U0001f600\U0001f600"};
  const std::string_view expected[] = {"123", "12", "123", "1", "\U0001f600"};
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    EXPECT_EQ(BoundedString<4>(texts[i]).view(), expected[i]);
    BoundedString<4> in_bytes;
    for (const char c : texts[i]) in_bytes.append({&c, 1});
    EXPECT_EQ(in_bytes.view(), expected[i]);
    EXPECT_TRUE(in_bytes.is_cut());
  }
  EXPECT_EQ(BoundedString<4>("12\u00e4").view(), "12\u00e4");
  EXPECT_EQ(BoundedString<2>("\x80\x80\x80").view(), "");
}

TEST(BoundedString, IsCopiedWithWhatItKnows) {
  BoundedString<4> cut("abcde");
  BoundedString<4> copy(cut);
  cut.assign("x");
  EXPECT_EQ(copy.view(), "abcd");
  EXPECT_TRUE(copy.is_cut());
  copy = cut;
  EXPECT_EQ(copy.view(), "x");
  EXPECT_FALSE(copy.is_cut());
  copy.append("yz");
  EXPECT_EQ(copy.view(), "xyz");
  copy = BoundedString<4>();
  EXPECT_TRUE(copy.empty());
}

}  // namespace
}  // namespace llmgw
