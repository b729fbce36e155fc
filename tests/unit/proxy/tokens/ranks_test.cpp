// SPDX-License-Identifier: MIT
// The packed tables whole, and merging held against its definition.
#include "proxy/tokens/ranks.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

#include <stdexcept>
#include <string>

#include "proxy/tokens/merge.hpp"

namespace llmgw::proxy {
namespace {

std::string packed(std::string_view plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
  return out;
}

TEST(Ranks, EveryTokenHasItsRank) {
  for (const Encoding encoding : {Encoding::cl100k, Encoding::o200k}) {
    const RankData data = rank_data(encoding);
    std::string all(data.tokens + data.bytes, '\0');
    ASSERT_EQ(ZSTD_decompress(all.data(), all.size(), data.packed.data(), data.packed.size()),
              all.size());
    const Ranks& ranks = ranks_of(encoding);
    std::string_view bytes = std::string_view(all).substr(data.tokens);
    for (std::size_t rank = 0; rank < data.tokens; ++rank) {
      const auto length = static_cast<unsigned char>(all[rank]);
      ASSERT_EQ(ranks.find(bytes.substr(0, length)), rank);
      bytes.remove_prefix(length);
    }
    EXPECT_TRUE(bytes.empty());
  }
}

TEST(Ranks, WhatIsNoToken) {
  const Ranks& ranks = ranks_of(Encoding::o200k);
  EXPECT_EQ(ranks.find("hello wor"), Ranks::none);
  EXPECT_EQ(ranks.find(std::string(129, 'a')), Ranks::none);
  EXPECT_EQ(ranks.find(std::string(1000, ' ')), Ranks::none);
}

TEST(Ranks, BothTakeNoMoreThan7Megabytes) {
  EXPECT_LE(ranks_of(Encoding::cl100k).memory() + ranks_of(Encoding::o200k).memory(), 7'000'000U);
}

TEST(Ranks, DamagedData) {
  EXPECT_THROW(Ranks({"no frame", 1, 1}), std::runtime_error);
  EXPECT_THROW(Ranks({packed("\1ab"), 1, 3}), std::runtime_error);
  EXPECT_THROW(Ranks({packed(std::string("\0a", 2)), 1, 1}), std::runtime_error);
  EXPECT_THROW(Ranks({packed("\2a"), 1, 1}), std::runtime_error);
  EXPECT_EQ(Ranks({packed("\1\2aab"), 2, 3}).find("ab"), 1U);
}

// As it is defined: pair by pair, looking at all of them each time.
std::vector<std::uint32_t> merge_plainly(const Ranks& ranks, std::string_view piece) {
  std::vector<std::string> parts;
  for (const char c : piece) parts.emplace_back(1, c);
  for (;;) {
    std::size_t best = 0;
    std::uint32_t lowest = Ranks::none;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const std::uint32_t rank = ranks.find(parts[i] + parts[i + 1]);
      if (rank >= lowest) continue;
      lowest = rank;
      best = i;
    }
    if (lowest == Ranks::none) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<std::uint32_t> ids;
  for (const std::string& part : parts) ids.push_back(ranks.find(part));
  return ids;
}

TEST(Merge, ShortAndLongPiecesAreMergedAsDefined) {
  const Ranks& ranks = ranks_of(Encoding::o200k);
  std::string text;
  std::uint32_t random = 1;
  for (std::size_t size = 1; size < 3 * short_piece; ++size) {
    random = random * 1'664'525 + 1'013'904'223;
    text += "etaoin shrdlu\xe4\xb8\xad"[random >> 28];
    std::vector<std::uint32_t> ids;
    const std::size_t count = merge_piece(ranks, text, &ids);
    ASSERT_EQ(count, ids.size());
    ASSERT_EQ(ids, merge_plainly(ranks, text)) << text;
    ASSERT_EQ(merge_piece(ranks, text), ids.size());
  }
}

TEST(Merge, LowestRankFirstThenTheFirst) {
  // Ranks: a b ab aa aab; "aaab" is a + aab by the order of ranks: ab before aa.
  const Ranks ranks({packed(std::string("\1\1\2\2\3", 5) + "ababaaaab"), 5, 9});
  std::vector<std::uint32_t> ids;
  EXPECT_EQ(merge_piece(ranks, "aaab", &ids), 2U);
  EXPECT_EQ(ids, (std::vector<std::uint32_t>{3, 2}));
  std::string many;
  for (int i = 0; i < 60; ++i) many += "aaab";
  ids.clear();
  EXPECT_EQ(merge_piece(ranks, many, &ids), 120U);
  EXPECT_EQ(ids[0], 3U);
  EXPECT_EQ(ids[1], 2U);
}

}  // namespace
}  // namespace llmgw::proxy
