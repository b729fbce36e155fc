// SPDX-License-Identifier: MIT
// Every search against a plain loop, with both kinds of block, at every place and length.
#include "common/text/byte_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/support/in_pieces.hpp"

namespace llmgw {
namespace {

template <class Block>
class ByteSearch : public testing::Test {};
using Blocks = testing::Types<WordBlock, ByteBlock>;
TYPED_TEST_SUITE(ByteSearch, Blocks);

template <class Block, class Test>
void expect_found(std::string_view text, Test test) {
  const Piece piece(text);
  const char* const begin = piece.view().data();
  const char* const end = begin + text.size();
  EXPECT_EQ(find_where<Block>(begin, end, test) - begin, std::find_if(begin, end, test) - begin)
      << text;
}

TYPED_TEST(ByteSearch, FindsTheFirstOfAnySizeAndPlace) {
  for (std::size_t size = 0; size < 150; ++size) {
    std::string text(size, 'x');
    expect_found<TypeParam>(text, IsLineEnd{});
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'\n', '\r', '"', '\\', '[', ']', '{', '}', '\t', '\x7f', '\0', '\x1f'}) {
        text.assign(size, 'x');
        text[at] = c;
        if (at + 1 < size) text[at + 1] = c;
        expect_found<TypeParam>(text, IsLineEnd{});
        expect_found<TypeParam>(text, IsQuoteOrEscape{});
        expect_found<TypeParam>(text, IsTextBound{});
        expect_found<TypeParam>(text, IsQuoteOrBracket{});
        expect_found<TypeParam>(text, IsControl{});
      }
    }
  }
}

TYPED_TEST(ByteSearch, IsNotFooledByAnyOtherByte) {
  std::mt19937 random(1);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    expect_found<TypeParam>(text, IsLineEnd{});
    expect_found<TypeParam>(text, IsQuoteOrEscape{});
    expect_found<TypeParam>(text, IsTextBound{});
    expect_found<TypeParam>(text, IsQuoteOrBracket{});
    expect_found<TypeParam>(text, IsControl{});
  }
}

}  // namespace
}  // namespace llmgw
