// SPDX-License-Identifier: MIT
// PURE: from one piece of a text to its tokens: of all neighbours the pair of lowest rank becomes
// one, as long as there is such a pair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proxy/tokens/ranks.hpp"

namespace llmgw::proxy {

/// How many tokens a piece makes, which is not empty; their ranks are appended to `ids` unless that
/// is null. The time it takes is n log n of the size, whatever the bytes. Pieces beyond
/// `short_piece` bytes take memory (some 30 times their size, for the time being); throws
/// bad_alloc.
std::size_t merge_piece(const Ranks& ranks, std::string_view piece,
                        std::vector<std::uint32_t>* ids = nullptr);

inline constexpr std::size_t short_piece = 96;

}  // namespace llmgw::proxy
