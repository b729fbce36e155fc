// SPDX-License-Identifier: MIT
// Numbers by std::from_chars; escapes by hand, surrogates paired.
#include "common/json/scalar.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

#include "common/json/string_bytes.hpp"

namespace llmgw {
namespace {

constexpr std::size_t max_number = 64;            // no count is spelt longer
constexpr double max_whole = 9007199254740992.0;  // 2^53: beyond it a double skips whole numbers
constexpr std::uint32_t replacement = 0xfffd;

template <class Number>
bool parse_all(std::string_view text, Number& out) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  return fault == std::errc() && end == text.data() + text.size();
}

// The code unit of the `\uXXXX` at the front, which is taken off; nothing (and nothing taken) if
// there is none.
std::optional<std::uint32_t> take_unit(std::string_view& raw) {
  constexpr std::size_t length = 6;
  if (raw.size() < length || raw[0] != '\\' || raw[1] != 'u') return std::nullopt;
  const unsigned unit = string_bytes::utf16_unit(raw.data() + 2);
  if (unit == string_bytes::no_unit) return std::nullopt;
  raw.remove_prefix(length);
  return unit;
}

std::uint32_t take_unicode(std::string_view& raw) {
  const auto unit = take_unit(raw);
  if (!unit) {
    raw.remove_prefix(2);
    return replacement;
  }
  const bool is_high = string_bytes::is_high_surrogate(*unit);
  if (!is_high && !string_bytes::is_low_surrogate(*unit)) return *unit;
  std::string_view rest = raw;
  const auto low = is_high ? take_unit(rest) : std::nullopt;
  if (!low || !string_bytes::is_low_surrogate(*low)) return replacement;
  raw = rest;
  return 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00);
}

Utf8Character encode(std::uint32_t point) {
  const auto tail = [point](unsigned shift) {
    return static_cast<char>(0x80 | ((point >> shift) & 0x3f));
  };
  const auto head = [point](unsigned mark, unsigned shift) {
    return static_cast<char>(mark | (point >> shift));
  };
  if (point < 0x80) return {{static_cast<char>(point)}, 1};
  if (point < 0x800) return {{head(0xc0, 6), tail(0)}, 2};
  if (point < 0x10000) return {{head(0xe0, 12), tail(6), tail(0)}, 3};
  return {{head(0xf0, 18), tail(12), tail(6), tail(0)}, 4};
}

}  // namespace

std::optional<std::int64_t> parse_rare_count(std::string_view raw) noexcept {
  if (raw.size() > max_number) return std::nullopt;
  if (std::int64_t whole = 0; parse_all(raw, whole)) {
    return whole >= 0 ? std::optional(whole) : std::nullopt;
  }
  double real = 0;
  if (!parse_all(raw, real) || !(real >= 0 && real <= max_whole) || real != std::floor(real))
    return std::nullopt;
  return static_cast<std::int64_t>(real);
}

Utf8Character take_escape(std::string_view& raw) noexcept {
  const char kind = raw.size() > 1 ? raw[1] : '\0';
  if (kind == 'u') return encode(take_unicode(raw));
  raw.remove_prefix(std::min<std::size_t>(2, raw.size()));
  switch (kind) {
    case '"':
    case '\\':
    case '/': return {{kind}, 1};
    case 'b': return {{'\b'}, 1};
    case 'f': return {{'\f'}, 1};
    case 'n': return {{'\n'}, 1};
    case 'r': return {{'\r'}, 1};
    case 't': return {{'\t'}, 1};
    default: return encode(replacement);
  }
}

}  // namespace llmgw
