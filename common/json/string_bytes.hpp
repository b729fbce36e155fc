// SPDX-License-Identifier: MIT
// PURE: the bytes of a JSON string, several of them looked at at a time.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace llmgw::string_bytes {

inline constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
inline constexpr std::uint64_t high_bits = 0x80 * ones;

/// The high bit of each byte that equals `byte`; above the lowest such byte there may be others.
constexpr std::uint64_t matches(std::uint64_t word, unsigned char byte) noexcept {
  const std::uint64_t difference = word ^ (ones * byte);
  return (difference - ones) & ~difference & high_bits;
}

/// The high bit of each byte that a string may not hold as it is, or that ends it, or that is not
/// ASCII: controls, `"`, `\` and 0x80 to 0xff. As with matches() only the lowest one is certain, so
/// the word is free of them if and only if this is 0.
constexpr std::uint64_t specials(std::uint64_t word) noexcept {
  const std::uint64_t controls = (word - ones * 0x20) & ~word & high_bits;
  return (word & high_bits) | controls | matches(word, '"') | matches(word, '\\');
}

/// The place, 0 to 7, of the first byte in memory order that specials() or matches() has marked.
inline std::size_t first_marked(std::uint64_t marks) noexcept {
  static_assert(std::endian::native == std::endian::little);
  return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

template <class Word>
Word load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Bytes that plain_run() looks at.
#ifdef __SSE2__
inline constexpr std::size_t run_size = 16;

/// How many bytes come before the first one that specials() would mark; run_size if there is none.
inline std::size_t plain_run(const char* from) noexcept {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i_u*>(from));
  // As signed numbers, so that what is not ASCII is below the blank as well.
  const __m128i below = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
  const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i escapes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const int marks = _mm_movemask_epi8(_mm_or_si128(below, _mm_or_si128(quotes, escapes)));
  return static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(marks) | 1U << run_size));
}
#else
inline constexpr std::size_t run_size = 8;

inline std::size_t plain_run(const char* from) noexcept {
  const std::uint64_t marks = specials(load<std::uint64_t>(from));
  return marks == 0 ? run_size : first_marked(marks);
}
#endif

/// Whether a byte continues a UTF-8 character.
constexpr bool is_continuation(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// Length of the UTF-8 character of several bytes at the front, 0 if there is none (RFC 3629
/// section 4: no overlong forms, no surrogates, nothing above U+10FFFF). `text` is not empty.
std::size_t utf8_length(std::string_view text) noexcept;

/// The UTF-16 code unit that the four characters at `digits` spell in hex (`\u00e9`); no_unit where
/// one of them is no digit.
unsigned utf16_unit(const char* digits) noexcept;
inline constexpr unsigned no_unit = 0x1'0000;

/// The first and the second half of a pair that stands for one character.
constexpr bool is_high_surrogate(unsigned unit) noexcept { return unit >= 0xd800 && unit < 0xdc00; }
constexpr bool is_low_surrogate(unsigned unit) noexcept { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace llmgw::string_bytes
