// SPDX-License-Identifier: MIT
// Sixteen bytes at a time: what lies between an odd quote and the next is text, the rest may hold
// brackets.
#include "common/json/nesting.hpp"

#include <initializer_list>

#include "common/text/byte_search.hpp"

namespace llmgw {
namespace {

// Bit n is the parity of bits 0 to n: set from each opening quote to before its closing one.
[[maybe_unused]] constexpr unsigned between_quotes(unsigned quotes) noexcept {
  for (const unsigned shift : {1u, 2u, 4u, 8u}) quotes ^= quotes << shift;
  return quotes;
}

constexpr bool is_opening(char bracket) noexcept { return bracket == '{' || bracket == '['; }

}  // namespace

const char* JsonNesting::skip(const char* at, const char* end) noexcept {
  while (at != end && is_open()) {
    if (in_text_) {
      at = skip_text(at, end);
      continue;
    }
    at = skip_blocks(at, end);
    if (in_text_ || !is_open()) continue;
    at = find_quote_or_bracket(at, end);
    if (at == end) break;
    const char first = *at++;
    if (first == '"') {
      in_text_ = true;
    } else {
      depth_ += is_opening(first) ? 1u : ~0u;
    }
  }
  return at;
}

// Stops before a block with a backslash, behind one that ends within a text, and behind the last
// bracket.
const char* JsonNesting::skip_blocks(const char* at, const char* end) noexcept {
  if constexpr (ByteBlock::has_exact_marks) {
    for (; end - at >= ByteBlock::size; at += ByteBlock::size) {
      const ByteBlock block = ByteBlock::load(at);
      if ((block == '\\').marks() != 0) break;
      const auto text = between_quotes((block == '"').marks());
      auto brackets = IsBracket{}(block).marks() & ~text;
      for (; brackets != 0; brackets &= brackets - 1) {
        const char* const bracket = at + ByteBlock::first(brackets);
        depth_ += is_opening(*bracket) ? 1u : ~0u;
        if (!is_open()) return bracket + 1;
      }
      in_text_ = ((text >> (ByteBlock::size - 1)) & 1) != 0;
      if (in_text_) return at + ByteBlock::size;
    }
  }
  return at;
}

const char* JsonNesting::skip_text(const char* at, const char* end) noexcept {
  if (is_escaped_) {
    is_escaped_ = false;
    ++at;
  }
  for (;;) {
    at = find_quote_or_escape(at, end);
    if (at == end) return end;
    if (*at == '"') {
      in_text_ = false;
      return at + 1;
    }
    if (end - at == 1) {
      is_escaped_ = true;
      return end;
    }
    at += 2;
  }
}

}  // namespace llmgw
