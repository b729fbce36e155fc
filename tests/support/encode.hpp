// SPDX-License-Identifier: MIT
// Bodies in the content codings that upstreams use.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw {

enum class Encoding : std::uint8_t { gzip, zlib, bare_deflate, br, zstd };
inline constexpr std::array every_encoding{Encoding::gzip, Encoding::zlib, Encoding::bare_deflate,
                                           Encoding::br, Encoding::zstd};

/// As Content-Encoding says it.
std::string_view token(Encoding encoding);

/// The parts as one body, flushed behind each so that whoever has its bytes can decode it.
std::string encode(Encoding encoding, const std::vector<std::string_view>& parts);
inline std::string encode(Encoding encoding, std::string_view content) {
  return encode(encoding, std::vector{content});
}

}  // namespace llmgw
