// SPDX-License-Identifier: MIT
// Not that it is random, which no test shows, but that nothing comes twice and no bit stands still.
#include "common/system/secure_random.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace llmgw {
namespace {

// RFC 8439 section 2.3.2.
TEST(ChaCha20, MakesTheBlockOfTheRfc) {
  ChaChaKey key;
  for (std::uint32_t i = 0; i < 8; ++i) key[i] = 0x03020100 + i * 0x04040404;
  constexpr std::array<std::uint32_t, 16> expected{0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3,
                                                   0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
                                                   0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
                                                   0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2};
  for (std::uint32_t lane = 0; lane < ChaChaBlocks::count; ++lane) {
    const ChaChaBlocks made = chacha20_blocks(key, 1 - lane, {0x09000000, 0x4a000000, 0});
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(made.words[i][lane], expected[i]);
  }
}

TEST(SecureRandom, NothingComesTwiceAcrossBlocksAndGenerators) {
  std::unordered_set<std::uint64_t> seen;
  for (int generator = 0; generator < 4; ++generator) {
    SecureRandom random;
    for (int i = 0; i < 1'000; ++i) seen.insert(random.next());
  }
  EXPECT_EQ(seen.size(), 4'000U);
}

TEST(SecureRandom, EachBitIsSetAboutHalfTheTime) {
  SecureRandom random;
  std::array<int, 64> set{};
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random.next();
    for (std::size_t bit = 0; bit < 64; ++bit) set[bit] += static_cast<int>(value >> bit & 1);
  }
  for (const int count : set) {
    EXPECT_GT(count, 4'500);  // ten standard deviations
    EXPECT_LT(count, 5'500);
  }
}

}  // namespace
}  // namespace llmgw
