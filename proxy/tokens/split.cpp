// SPDX-License-Identifier: MIT
// The patterns by hand, one function each. They are tiktoken's:
//
//   cl100k  '(?i:[sdmt]|ll|ve|re) | [^\r\n\p{L}\p{N}]?+\p{L}++ | \p{N}{1,3}+
//           | ?[^\s\p{L}\p{N}]++[\r\n]*+ | \s++$ | \s*[\r\n] | \s+(?!\S) | \s
//   o200k
//   [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|...)?
//           |
//           [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|...)?
//           | \p{N}{1,3} | ?[^\s\p{L}\p{N}]+[\r\n/]* | \s*[\r\n]+ | \s+(?!\S) | \s+
#include "proxy/tokens/split.hpp"

#include <array>

#include "proxy/tokens/char_class.hpp"

namespace llmgw::proxy {
namespace {

using char_class::any_letter;
using char_class::letter;
using char_class::line_end;
using char_class::lower;
using char_class::mark;
using char_class::number;
using char_class::other;
using char_class::space;
using char_class::upper;
using char_class::white;

constexpr auto ascii_classes = [] {
  std::array<std::uint8_t, 128> table{};
  table.fill(other);
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = number;
  for (int c = 'a'; c <= 'z'; ++c) {
    table[static_cast<std::size_t>(c)] = lower;
    table[static_cast<std::size_t>(c - 'a' + 'A')] = upper;
  }
  for (const int c : {'\t', '\v', '\f', ' '}) table[static_cast<std::size_t>(c)] = space;
  for (const int c : {'\r', '\n'}) table[static_cast<std::size_t>(c)] = line_end;
  return table;
}();

struct Character {
  std::uint8_t kind = 0;  // 0: the text is over
  std::uint8_t size = 0;
};

// Remembers whether the end was seen: what was decided then could change with more text.
class Text {
 public:
  explicit Text(std::string_view text) noexcept
      : begin_(text.data()), end_(text.data() + text.size()) {}

  const char* begin() const noexcept { return begin_; }
  const char* end() const noexcept { return end_; }
  bool has_ended() const noexcept { return has_ended_; }

  Character at(const char* place) noexcept {
    if (place == end_) {
      has_ended_ = true;
      return {};
    }
    const auto lead = static_cast<unsigned char>(*place);
    if (lead < 0x80) return {ascii_classes[lead], 1};
    const auto more = [place](std::size_t i) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(place[i]) & 0x3f);
    };
    if (lead < 0xe0) return {class_of((lead & 0x1fU) << 6 | more(1)), 2};
    if (lead < 0xf0) return {class_of((lead & 0xfU) << 12 | more(1) << 6 | more(2)), 3};
    return {class_of((lead & 7U) << 18 | more(1) << 12 | more(2) << 6 | more(3)), 4};
  }
  /// The byte at a place; 0 where the text is over.
  char byte(const char* place) noexcept {
    has_ended_ |= place == end_;
    return place == end_ ? '\0' : *place;
  }
  /// Behind the characters of these classes.
  const char* skip(const char* place, std::uint8_t classes) noexcept {
    for (Character next = at(place); (next.kind & classes) != 0; next = at(place))
      place += next.size;
    return place;
  }

 private:
  const char* begin_;
  const char* end_;
  bool has_ended_ = false;
};

// Behind 's, 't, 're, 've, 'm, 'll or 'd in any case, or where it should begin. The long s is an s,
// too: case is folded by Unicode's rules.
const char* skip_contraction(Text& text, const char* at) noexcept {
  if (text.byte(at) != '\'') return at;
  const auto lower_of = [&text](const char* place) {
    return static_cast<char>(text.byte(place) | 0x20);
  };
  const char first = lower_of(at + 1);
  switch (first) {
    case 's':
    case 't':
    case 'm':
    case 'd': return at + 2;
    case 'l': return lower_of(at + 2) == 'l' ? at + 3 : at;
    case 'r':
    case 'v': return lower_of(at + 2) == 'e' ? at + 3 : at;
    default: break;
  }
  constexpr std::string_view long_s = "\xc5\xbf";
  const auto left = static_cast<std::size_t>(text.end() - at);
  return std::string_view(at + 1, left - 1).starts_with(long_s) ? at + 1 + long_s.size() : at;
}

const char* skip_number(Text& text, const char* at) noexcept {
  for (int digits = 0; digits < 3; ++digits) {
    const Character next = text.at(at);
    if ((next.kind & number) == 0) break;
    at += next.size;
  }
  return at;
}

// Behind punctuation and the like, which a blank may lead, or nullptr.
const char* skip_symbols(Text& text, const char* at) noexcept {
  if (*at == ' ') ++at;
  return (text.at(at).kind & (other | mark)) == 0 ? nullptr : text.skip(at, other | mark);
}

// The piece of white space that begins there. It ends behind the last line end of the run, else
// leaves its last character to the piece that follows.
const char* skip_white(Text& text, const char* at, bool takes_all_at_end) noexcept {
  const char* last = at;  // where the last character begins
  const char* behind_line = nullptr;
  const char* const begin = at;
  for (Character next = text.at(at); (next.kind & white) != 0; next = text.at(at)) {
    last = at;
    at += next.size;
    if (next.kind == line_end) behind_line = at;
  }
  const bool is_end = at == text.end();
  if (is_end && takes_all_at_end) return at;
  if (behind_line != nullptr) return behind_line;
  return is_end || last == begin ? at : last;
}

const char* end_of_cl100k(Text& text) noexcept {
  const char* const begin = text.begin();
  if (*begin == '\'') {
    const char* const behind = skip_contraction(text, begin);
    if (behind != begin) return behind;
  }
  const Character first = text.at(begin);
  if (first.kind == number) return skip_number(text, begin);
  const bool may_lead = (first.kind & (any_letter | line_end)) == 0;
  const char* const word = may_lead ? begin + first.size : begin;
  if ((text.at(word).kind & any_letter) != 0) return text.skip(word, any_letter);
  if (const char* const behind = skip_symbols(text, begin)) return text.skip(behind, line_end);
  return skip_white(text, begin, true);
}

struct Word {
  const char* with_lower = nullptr;  // behind the word, if it has what can be lower case
  const char* of_upper = nullptr;    // else behind it, if there is one
};

// Letters without case and marks may stand in either part of a word. Where nothing of lower case
// follows, the last of them is the second part, and what is behind it is left.
Word word_at(Text& text, const char* at) noexcept {
  constexpr std::uint8_t both = letter | mark;
  const char* const begin = at;
  const char* behind_both = nullptr;
  Character next = text.at(at);
  for (; (next.kind & (upper | both)) != 0; next = text.at(at)) {
    at += next.size;
    if ((next.kind & both) != 0) behind_both = at;
  }
  if (next.kind == lower) return {text.skip(at, lower | both), nullptr};
  if (behind_both != nullptr) return {behind_both, nullptr};
  return {nullptr, at == begin ? nullptr : at};
}

// The character that may lead a word may itself be a mark, and so be part of it: that is tried
// second, but before a word without lower case.
const char* end_of_o200k(Text& text) noexcept {
  const char* const begin = text.begin();
  const Character first = text.at(begin);
  if (first.kind == number) return skip_number(text, begin);
  const bool may_lead = (first.kind & (any_letter | line_end)) == 0;
  Word word = word_at(text, may_lead ? begin + first.size : begin);
  if (word.with_lower == nullptr && first.kind == mark) word = word_at(text, begin);
  const char* const behind = word.with_lower != nullptr ? word.with_lower : word.of_upper;
  if (behind != nullptr) return skip_contraction(text, behind);
  if (const char* at = skip_symbols(text, begin)) {
    for (char c = text.byte(at); c == '\r' || c == '\n' || c == '/'; c = text.byte(at)) ++at;
    return at;
  }
  return skip_white(text, begin, false);
}

}  // namespace

Piece first_piece(Encoding encoding, std::string_view text) noexcept {
  Text looked_at(text);
  const char* const end =
      encoding == Encoding::cl100k ? end_of_cl100k(looked_at) : end_of_o200k(looked_at);
  return {static_cast<std::size_t>(end - text.data()), !looked_at.has_ended()};
}

}  // namespace llmgw::proxy
