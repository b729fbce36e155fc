// SPDX-License-Identifier: MIT
// Ten double rounds over sixteen words, of four blocks side by side: one processor instruction does
// for all four what it would do for one.
#include "common/system/chacha20.hpp"

#include <cstddef>
#include <cstring>

namespace llmgw {
namespace {

// An extension of GCC and Clang, which make of it what the processor has.
using Lanes [[gnu::vector_size(16)]] = std::uint32_t;

template <int bits>
inline Lanes rotated(Lanes x) noexcept {
  return x << bits | x >> (32 - bits);
}

inline void quarter_round(Lanes& a, Lanes& b, Lanes& c, Lanes& d) noexcept {
  a += b;
  d = rotated<16>(d ^ a);
  c += d;
  b = rotated<12>(b ^ c);
  a += b;
  d = rotated<8>(d ^ a);
  c += d;
  b = rotated<7>(b ^ c);
}

Lanes all(std::uint32_t word) noexcept { return Lanes{word, word, word, word}; }

}  // namespace

ChaChaBlocks chacha20_blocks(const ChaChaKey& key, std::uint32_t counter,
                             const ChaChaNonce& nonce) noexcept {
  Lanes begin[16] = {all(0x61707865), all(0x3320646e), all(0x79622d32), all(0x6b206574)};
  for (std::size_t i = 0; i < key.size(); ++i) begin[4 + i] = all(key[i]);
  begin[12] = Lanes{counter, counter + 1, counter + 2, counter + 3};
  for (std::size_t i = 0; i < nonce.size(); ++i) begin[13 + i] = all(nonce[i]);
  Lanes s[16];
  std::memcpy(s, begin, sizeof s);
  for (int round = 0; round < 10; ++round) {
    quarter_round(s[0], s[4], s[8], s[12]);
    quarter_round(s[1], s[5], s[9], s[13]);
    quarter_round(s[2], s[6], s[10], s[14]);
    quarter_round(s[3], s[7], s[11], s[15]);
    quarter_round(s[0], s[5], s[10], s[15]);
    quarter_round(s[1], s[6], s[11], s[12]);
    quarter_round(s[2], s[7], s[8], s[13]);
    quarter_round(s[3], s[4], s[9], s[14]);
  }
  for (std::size_t i = 0; i < 16; ++i) s[i] += begin[i];
  ChaChaBlocks blocks;
  static_assert(sizeof blocks == sizeof s);
  std::memcpy(&blocks, s, sizeof s);
  return blocks;
}

}  // namespace llmgw
