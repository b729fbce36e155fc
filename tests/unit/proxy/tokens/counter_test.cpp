// SPDX-License-Identifier: MIT
// What tiktoken counts, and that no cut of a text changes it.
#include "proxy/tokens/counter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

using Ids = std::vector<std::uint32_t>;

Ids ids(Encoding encoding, std::string_view text) {
  Ids all;
  TokenCounter counter(encoding);
  counter.keep_ids(all);
  counter.add(text);
  const std::uint64_t count = counter.finish();
  EXPECT_EQ(count, all.size());
  return all;
}

// Of npm's tiktoken.
TEST(Counter, KnownTokens) {
  const auto cl100k = [](std::string_view text) { return ids(Encoding::cl100k, text); };
  const auto o200k = [](std::string_view text) { return ids(Encoding::o200k, text); };
  EXPECT_EQ(cl100k("hello world"), (Ids{15339, 1917}));
  EXPECT_EQ(o200k("hello world"), (Ids{24912, 2375}));
  EXPECT_EQ(cl100k("I'm can't"), (Ids{40, 2846, 649, 956}));
  EXPECT_EQ(o200k("I'm can't"), (Ids{15390, 8535}));
  EXPECT_EQ(cl100k("12345678"), (Ids{4513, 10961, 2495}));
  EXPECT_EQ(o200k("12345678"), (Ids{7633, 19354, 4388}));
  EXPECT_EQ(cl100k("\n\n  x"), (Ids{271, 220, 865}));
  EXPECT_EQ(o200k("\n\n  x"), (Ids{279, 220, 1215}));
  EXPECT_EQ(cl100k("日本語 🌍"), (Ids{9080, 22656, 45918, 252, 11410, 234, 235}));
  EXPECT_EQ(o200k("日本語 🌍"), (Ids{9048, 40909, 130321, 235}));
  EXPECT_EQ(cl100k("don’t  stop"), (Ids{15357, 1431, 220, 3009}));
  EXPECT_EQ(o200k("don’t  stop"), (Ids{22130, 1573, 220, 5666}));
}

TEST(Counter, SpecialTokensAreText) {
  EXPECT_GT(count_tokens(Encoding::o200k, "<|endoftext|>"), 1U);
}

TEST(Counter, NothingIsNoToken) {
  EXPECT_EQ(count_tokens(Encoding::o200k, ""), 0U);
  TokenCounter counter(Encoding::cl100k);
  counter.add("");
  EXPECT_EQ(counter.finish(), 0U);
}

const std::string_view cut_text =
    "It's  been\r\n\r\n  12345 /paths/ and ÀÉ日本語 I'LL 🌍👩‍👩‍👧 "
    "e\u0301E\u0301 "
    "tabs\t\tx ...!?\n/ 'ſ ABCdef's \xff\xe2\x82 \xf0\x9f end  ";

TEST(Counter, EveryCutGivesTheSame) {
  for (const Encoding encoding : {Encoding::cl100k, Encoding::o200k}) {
    const Ids whole = ids(encoding, cut_text);
    for (std::size_t first = 0; first <= cut_text.size(); ++first) {
      for (std::size_t second = first; second <= cut_text.size(); ++second) {
        Ids all;
        TokenCounter counter(encoding);
        counter.keep_ids(all);
        counter.add(cut_text.substr(0, first));
        counter.add(cut_text.substr(first, second - first));
        counter.add(cut_text.substr(second));
        counter.finish();
        ASSERT_EQ(all, whole) << first << ' ' << second;
      }
    }
  }
}

TEST(Counter, SmallPartsOfALargeText) {
  std::string large;
  while (large.size() < 40'000) large += cut_text;
  large += std::string(20'000, 'a');
  const std::uint64_t whole = count_tokens(Encoding::o200k, large);
  for (const std::size_t size : {1U, 3U, 64U, 4096U}) {
    TokenCounter counter(Encoding::o200k);
    for (std::size_t at = 0; at < large.size(); at += size)
      counter.add(std::string_view(large).substr(at, size));
    EXPECT_EQ(counter.finish(), whole) << size;
  }
}

TEST(Counter, BytesThatAreNoCharacters) {
  const auto same = [](std::string_view broken, std::string_view as) {
    EXPECT_EQ(ids(Encoding::o200k, broken), ids(Encoding::o200k, as));
  };
  same("a\xff", "a\ufffd");
  same("\xe2\x82", "\ufffd");  // the begin of a character, once
  same("\xe2\x82z",
       "\ufffd"
       "z");
  same("\xe2\xe2\x82\xac", "\ufffd€");
  same("\xc0\x80", "\ufffd\ufffd");
  same("\xed\xa0\x80", "\ufffd\ufffd\ufffd");  // a surrogate
  same("\xf0\x9f\x8c", "\ufffd");
  same("\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd");
  same("\xe0\x80\x80", "\ufffd\ufffd\ufffd");
}

TEST(Counter, MayBeUsedAgain) {
  TokenCounter counter(Encoding::o200k);
  counter.add("hello\xe2");
  EXPECT_EQ(counter.finish(), count_tokens(Encoding::o200k, "hello\ufffd"));
  counter.add("hello world");
  EXPECT_EQ(counter.finish(), 2U);
}

}  // namespace
}  // namespace llmgw::proxy
