// SPDX-License-Identifier: MIT
// PURE: the ChaCha20 block function (RFC 8439 section 2.3), four blocks at a time.
#pragma once

#include <array>
#include <cstdint>

namespace llmgw {

using ChaChaKey = std::array<std::uint32_t, 8>;
using ChaChaNonce = std::array<std::uint32_t, 3>;

/// The words of four blocks in the order of the RFC; `words[i][n]` is the i-th of the n-th block.
struct ChaChaBlocks {
  static constexpr std::uint32_t count = 4;
  std::array<std::array<std::uint32_t, count>, 16> words;
};

/// 256 bytes that nobody can tell without the key: the blocks of `counter` and the three after it.
ChaChaBlocks chacha20_blocks(const ChaChaKey& key, std::uint32_t counter,
                             const ChaChaNonce& nonce) noexcept;

}  // namespace llmgw
