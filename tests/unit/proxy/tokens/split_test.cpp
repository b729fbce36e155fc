// SPDX-License-Identifier: MIT
// The points of the patterns that are easy to get wrong.
#include "proxy/tokens/split.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llmgw::proxy {
namespace {

using Pieces = std::vector<std::string>;

Pieces pieces(Encoding encoding, std::string_view text) {
  Pieces all;
  while (!text.empty()) {
    const Piece piece = first_piece(encoding, text);
    all.emplace_back(text.substr(0, piece.size));
    text.remove_prefix(piece.size);
  }
  return all;
}
Pieces old(std::string_view text) { return pieces(Encoding::cl100k, text); }
Pieces now(std::string_view text) { return pieces(Encoding::o200k, text); }

TEST(Split, WordsTakeWhatLeadsThem) {
  const Pieces words{"hello", " world", "_x", "\ty", ".z"};
  EXPECT_EQ(old("hello world_x\ty.z"), words);
  EXPECT_EQ(now("hello world_x\ty.z"), words);
  EXPECT_EQ(now("\nx"), (Pieces{"\n", "x"}));
}

TEST(Split, CaseEndsAWordInOneEncodingOnly) {
  EXPECT_EQ(old("camelCaseABCd"), (Pieces{"camelCaseABCd"}));
  EXPECT_EQ(now("camelCaseABCd"), (Pieces{"camel", "Case", "ABCd"}));
  EXPECT_EQ(now("ABC def"), (Pieces{"ABC", " def"}));
}

TEST(Split, UpperCaseEndsBehindTheLastLetterWithoutCase) {
  EXPECT_EQ(now("A中BC"), (Pieces{"A中", "BC"}));
  EXPECT_EQ(now("A中BC中D"), (Pieces{"A中BC中", "D"}));
  EXPECT_EQ(now("A中BCd"), (Pieces{"A中BCd"}));
  EXPECT_EQ(now("ʰAB"), (Pieces{"ʰ", "AB"}));  // a modifier letter
}

TEST(Split, AMarkMayLeadOrBePartOfTheWord) {
  const std::string mark = "\u0301";
  EXPECT_EQ(now(mark + "ab"), (Pieces{mark + "ab"}));
  EXPECT_EQ(now(mark + "AB"), (Pieces{mark, "AB"}));
  EXPECT_EQ(now(mark + mark + "AB"), (Pieces{mark + mark, "AB"}));
  EXPECT_EQ(now(mark + "1"), (Pieces{mark, "1"}));
  EXPECT_EQ(now("!" + mark), (Pieces{"!" + mark}));
  EXPECT_EQ(now("!!" + mark + "a"), (Pieces{"!!" + mark, "a"}));
  EXPECT_EQ(old("e" + mark + "a"), (Pieces{"e", mark + "a"}));
  EXPECT_EQ(now("e" + mark + "a"), (Pieces{"e" + mark + "a"}));
}

TEST(Split, Contractions) {
  EXPECT_EQ(old("I'm can't"), (Pieces{"I", "'m", " can", "'t"}));
  EXPECT_EQ(now("I'm can't"), (Pieces{"I'm", " can't"}));
  EXPECT_EQ(old("x'LLama"), (Pieces{"x", "'LL", "ama"}));
  EXPECT_EQ(now("x'LLama"), (Pieces{"x'LL", "ama"}));
  EXPECT_EQ(old("x'ſ"), (Pieces{"x", "'ſ"}));
  EXPECT_EQ(now("x'ſ"), (Pieces{"x'ſ"}));
  EXPECT_EQ(now("x'lo"), (Pieces{"x", "'lo"}));
  EXPECT_EQ(now("'s"), (Pieces{"'s"}));
  EXPECT_EQ(now("x'"), (Pieces{"x", "'"}));
  EXPECT_EQ(now("x'r"), (Pieces{"x", "'r"}));
  EXPECT_EQ(now("x’s"), (Pieces{"x", "’s"}));
}

TEST(Split, NumbersInThrees) {
  EXPECT_EQ(old("12345678"), (Pieces{"123", "456", "78"}));
  EXPECT_EQ(now("1٣½Ⅷ"), (Pieces{"1٣½", "Ⅷ"}));
  EXPECT_EQ(now(" 1"), (Pieces{" ", "1"}));
}

TEST(Split, PunctuationTakesLineEndsAndSlashes) {
  EXPECT_EQ(old("a.\r\n\n/b"), (Pieces{"a", ".\r\n\n", "/b"}));
  EXPECT_EQ(now("a.\r\n\n/b"), (Pieces{"a", ".\r\n\n/", "b"}));
  EXPECT_EQ(now("a .. b"), (Pieces{"a", " ..", " b"}));
}

TEST(Split, WhiteSpace) {
  EXPECT_EQ(old("a \n\n  b"), (Pieces{"a", " \n\n", " ", " b"}));
  EXPECT_EQ(now("a \n\n  b"), (Pieces{"a", " \n\n", " ", " b"}));
  EXPECT_EQ(now("   1"), (Pieces{"  ", " ", "1"}));
  EXPECT_EQ(now("a  "), (Pieces{"a", "  "}));
  EXPECT_EQ(now("\u3000\u3000b"), (Pieces{"\u3000", "\u3000b"}));
  // At the end of the text the newer pattern of the older encoding takes all of it.
  EXPECT_EQ(old("a\n  "), (Pieces{"a", "\n  "}));
  EXPECT_EQ(now("a\n  "), (Pieces{"a", "\n", "  "}));
}

TEST(Split, SaysWhetherMoreTextCouldChangeThePiece) {
  const auto is_certain = [](std::string_view text) {
    return first_piece(Encoding::o200k, text).is_certain;
  };
  EXPECT_FALSE(is_certain("ab"));
  EXPECT_TRUE(is_certain("ab "));
  EXPECT_FALSE(is_certain("ab'"));
  EXPECT_FALSE(is_certain("ab'r"));
  EXPECT_TRUE(is_certain("ab're"));
  EXPECT_TRUE(is_certain("123"));
  EXPECT_FALSE(is_certain("12"));
  EXPECT_FALSE(is_certain(" "));
  EXPECT_TRUE(is_certain("  a"));
}

}  // namespace
}  // namespace llmgw::proxy
