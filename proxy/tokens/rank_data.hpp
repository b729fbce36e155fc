// SPDX-License-Identifier: MIT
// PURE: the packed rank tables, as they lie in the program.
#pragma once

#include <cstddef>
#include <string_view>

namespace llmgw::proxy {

/// How texts become tokens.
enum class Encoding : unsigned char { cl100k, o200k };
inline constexpr std::size_t encoding_count = 2;

struct RankData {
  std::string_view packed;  ///< a zstd frame, written by tools/make_ranks
  std::size_t tokens;       ///< in it
  std::size_t bytes;        ///< of them, without their lengths
};

RankData rank_data(Encoding encoding) noexcept;

}  // namespace llmgw::proxy
