// SPDX-License-Identifier: MIT
// Bytes of numbers, and of texts.
#include "collector/postgres/wire_value.hpp"

#include "common/json/string_bytes.hpp"

namespace llmgw::collector {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

// Bytes of the character at the front that can be stored; 0: they cannot.
std::size_t character(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  if (first == 0) return 0;
  return first < 0x80 ? 1 : string_bytes::utf8_length(text);
}

}  // namespace

std::int64_t read_integer(std::string_view bytes) noexcept {
  if (bytes.empty()) return 0;
  const bool is_negative = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
  std::uint64_t value = is_negative ? ~std::uint64_t{0} : 0;
  for (const char each : bytes) value = value << 8 | static_cast<unsigned char>(each);
  return static_cast<std::int64_t>(value);
}

bool is_storable(std::string_view text) noexcept {
  while (text.size() >= 8) {
    const auto word = string_bytes::load<std::uint64_t>(text.data());
    if (((word & string_bytes::high_bits) | string_bytes::matches(word, 0)) != 0) break;
    text.remove_prefix(8);
  }
  while (!text.empty()) {
    const std::size_t size = character(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string storable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character(text);
    out += size == 0 ? replacement : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace llmgw::collector
