// SPDX-License-Identifier: MIT
// PURE: what the patterns of tokenizers ask of a character.
#pragma once

#include <array>
#include <cstdint>

namespace llmgw::proxy {

/// A bit each, so that several can be asked for together.
namespace char_class {

inline constexpr std::uint8_t other = 1;       ///< punctuation, symbols, controls, unassigned
inline constexpr std::uint8_t upper = 2;       ///< upper and title case
inline constexpr std::uint8_t lower = 4;       ///< lower case
inline constexpr std::uint8_t letter = 8;      ///< letters without case, and modifiers
inline constexpr std::uint8_t mark = 16;       ///< combining marks
inline constexpr std::uint8_t number = 32;     ///< of all kinds
inline constexpr std::uint8_t space = 64;      ///< White_Space but for
inline constexpr std::uint8_t line_end = 128;  ///< CR and LF

inline constexpr std::uint8_t any_letter = upper | lower | letter;
inline constexpr std::uint8_t white = space | line_end;

}  // namespace char_class

namespace char_class_table {

// Of 128 code points each; by tools/make_char_classes.
extern const std::array<std::uint8_t, 8704> blocks_of_code_points;
extern const char classes[];

}  // namespace char_class_table

/// The class of a code point up to U+10FFFF.
inline std::uint8_t class_of(std::uint32_t code_point) noexcept {
  const std::size_t block = char_class_table::blocks_of_code_points[code_point >> 7];
  const char digit = char_class_table::classes[block << 7 | (code_point & 0x7f)];
  return static_cast<std::uint8_t>(1U << (digit - '0'));
}

}  // namespace llmgw::proxy
