// SPDX-License-Identifier: MIT
// PURE: the names of content codings, and the lists of them in Content-Encoding (RFC 9110 section
// 8.4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace llmgw {

enum class ContentCoding : std::uint8_t { identity, gzip, deflate, br, zstd };

/// One coding by its name, in any case; `x-gzip` is gzip. Nothing for other names, and for none.
std::optional<ContentCoding> content_coding(std::string_view name) noexcept;

/// The codings of a body, in the order in which they were applied; `identity` is not among them.
struct CodingList {
  static constexpr std::size_t most = 3;
  std::array<ContentCoding, most> codings{};
  std::size_t size = 0;
};

/// Reads the value of Content-Encoding. Nothing where a coding is unknown or there are more than
/// three.
std::optional<CodingList> parse_codings(std::string_view content_encoding) noexcept;

}  // namespace llmgw
