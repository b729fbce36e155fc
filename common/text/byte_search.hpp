// SPDX-License-Identifier: MIT
// PURE: searches for the bytes that structure heads, JSON and event streams, 16 at a time where the
// machine can.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace llmgw {

/// Eight bytes that are tested at once; a test yields a block that marks where it holds. It may
/// mark bytes behind the first that do not match: results may be joined by `|`, while `&` only says
/// where to look closer.
struct WordBlock {
  static constexpr std::ptrdiff_t size = 8;
  static constexpr bool has_exact_marks = false;
  static constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  std::uint64_t bytes;

  static WordBlock load(const char* at) noexcept {
    WordBlock block;
    std::memcpy(&block.bytes, at, sizeof block.bytes);
    if constexpr (std::endian::native == std::endian::big)
      block.bytes = __builtin_bswap64(block.bytes);
    return block;
  }
  WordBlock operator==(char c) const noexcept {
    const std::uint64_t word = bytes ^ (ones * static_cast<unsigned char>(c));
    return {(word - ones) & ~word & (0x80 * ones)};
  }
  /// Bytes up to `most`, a value below 128.
  WordBlock at_most(char most) const noexcept {
    const std::uint64_t above = ones * (static_cast<unsigned char>(most) + 1u);
    return {(bytes - above) & ~bytes & (0x80 * ones)};
  }
  WordBlock operator|(WordBlock other) const noexcept { return {bytes | other.bytes}; }
  WordBlock operator&(WordBlock other) const noexcept { return {bytes & other.bytes}; }
  WordBlock with_bit_5() const noexcept { return {bytes | (0x20 * ones)}; }
  /// Of a test's result: 0 if it holds nowhere, else what `first` takes.
  std::uint64_t marks() const noexcept { return bytes; }
  static std::ptrdiff_t first(std::uint64_t marks) noexcept { return std::countr_zero(marks) / 8; }
};

#if defined(__SSE2__)

/// The same with 16 bytes, and exact marks.
struct SseBlock {
  static constexpr std::ptrdiff_t size = 16;
  static constexpr bool has_exact_marks = true;  // one bit a byte
  __m128i bytes;

  static SseBlock load(const char* at) noexcept {
    SseBlock block;
    std::memcpy(&block.bytes, at, sizeof block.bytes);
    return block;
  }
  SseBlock operator==(char c) const noexcept { return {_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))}; }
  SseBlock at_most(char most) const noexcept {
    return {_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(most)), bytes)};
  }
  SseBlock operator|(SseBlock other) const noexcept { return {_mm_or_si128(bytes, other.bytes)}; }
  SseBlock operator&(SseBlock other) const noexcept { return {_mm_and_si128(bytes, other.bytes)}; }
  SseBlock with_bit_5() const noexcept { return {_mm_or_si128(bytes, _mm_set1_epi8(0x20))}; }
  unsigned marks() const noexcept { return static_cast<unsigned>(_mm_movemask_epi8(bytes)); }
  static std::ptrdiff_t first(unsigned marks) noexcept { return std::countr_zero(marks); }
};
using ByteBlock = SseBlock;

#else

using ByteBlock = WordBlock;

#endif

/// The first place in [at, end) where `test` holds, else `end`; `test` takes blocks and single
/// bytes alike.
template <class Block = ByteBlock, class Test>
inline const char* find_where(const char* at, const char* end, Test test) noexcept {
  constexpr std::ptrdiff_t step = Block::size;
  const auto look = [test](const char* from) { return test(Block::load(from)); };
  // Long runs, such as an image in a string, go four blocks at a time.
  while (end - at >= 4 * step) {
    if (const auto marks = look(at).marks(); marks != 0) return at + Block::first(marks);
    at += step;
    if ((look(at) | (look(at + step) | look(at + 2 * step))).marks() != 0) break;
    at += 3 * step;
  }
  for (; end - at >= step; at += step) {
    if (const auto marks = look(at).marks(); marks != 0) return at + Block::first(marks);
  }
  while (at != end && !test(*at)) ++at;
  return at;
}

struct IsLineEnd {
  auto operator()(auto x) const noexcept { return (x == '\n') | (x == '\r'); }
};

/// Control characters; in the sense of HTTP, so that DEL is one and bytes above it are not.
struct IsControl {
  template <class Block>
  Block operator()(Block x) const noexcept {
    return x.at_most(0x1f) | (x == 0x7f);
  }
  bool operator()(char x) const noexcept {
    return static_cast<unsigned char>(x) < 0x20 || x == 0x7f;
  }
};

struct IsQuoteOrEscape {
  auto operator()(auto x) const noexcept { return (x == '"') | (x == '\\'); }
};

/// What a JSON string ends with, or may not hold (RFC 8259 section 7).
struct IsTextBound {
  template <class Block>
  Block operator()(Block x) const noexcept {
    return (x == '"') | (x == '\\') | x.at_most(0x1f);
  }
  bool operator()(char x) const noexcept {
    return x == '"' || x == '\\' || static_cast<unsigned char>(x) < 0x20;
  }
};

/// `[` and `{` differ in bit 5 alone, as do `]` and `}`.
struct IsBracket {
  template <class Block>
  Block operator()(Block x) const noexcept {
    const Block folded = x.with_bit_5();
    return (folded == '{') | (folded == '}');
  }
  bool operator()(char x) const noexcept { return (x | 0x20) == '{' || (x | 0x20) == '}'; }
};

struct IsQuoteOrBracket {
  auto operator()(auto x) const noexcept { return (x == '"') | IsBracket{}(x); }
};

/// The first line end in the sense of event streams: LF or CR.
inline const char* find_line_end(const char* at, const char* end) noexcept {
  return find_where(at, end, IsLineEnd{});
}

/// The first control character.
inline const char* find_control(const char* at, const char* end) noexcept {
  return find_where(at, end, IsControl{});
}

/// Within a JSON string: the first quote or backslash.
inline const char* find_quote_or_escape(const char* at, const char* end) noexcept {
  return find_where(at, end, IsQuoteOrEscape{});
}

/// Within a JSON string: the first quote, backslash or control character.
inline const char* find_text_bound(const char* at, const char* end) noexcept {
  return find_where(at, end, IsTextBound{});
}

/// Between JSON strings: the first quote or bracket.
inline const char* find_quote_or_bracket(const char* at, const char* end) noexcept {
  return find_where(at, end, IsQuoteOrBracket{});
}

}  // namespace llmgw
