// SPDX-License-Identifier: MIT
// Six bits a character.
#include "common/text/base64url.hpp"

#include <array>
#include <cstdint>

namespace llmgw {
namespace {

constexpr std::uint8_t none = 64;

constexpr auto bits_of = [] {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::uint8_t, 256> bits{};
  bits.fill(none);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    bits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return bits;
}();

}  // namespace

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  unsigned count = 0;  // of the bits held
  for (const char c : text) {
    const std::uint8_t bits = bits_of[static_cast<unsigned char>(c)];
    if (bits == none) return std::nullopt;
    held = held << 6 | bits;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(held >> count & 0xff);
  }
  if ((held & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace llmgw
