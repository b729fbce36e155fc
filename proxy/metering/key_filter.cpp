// SPDX-License-Identifier: MIT
// Looks for a quote followed by the first letter of a word, which is rare in what models write.
#include "proxy/metering/key_filter.hpp"

#include <cstring>
#include <span>

#include "proxy/metering/byte_search.hpp"

namespace llmgw::proxy {
namespace {

struct Letters {
  char a;
  char b;
  char c;
  char d;

  template <class Bytes>
  auto in(Bytes x) const noexcept {
    return ((x == a) | (x == b)) | ((x == c) | (x == d));
  }
};

const char* skip_spaces(const char* at, const char* end) noexcept {
  while (at != end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) ++at;
  return at;
}

bool is_null_value(const char* at, const char* end) noexcept {
  constexpr std::string_view null = "null";
  at = skip_spaces(at, end);
  if (at == end || *at != ':') return false;
  at = skip_spaces(at + 1, end);
  return std::string_view(at, static_cast<std::size_t>(end - at)).starts_with(null);
}

// Whether at `quote` begins a word worth a look.
inline bool is_hit(const char* quote, const char* end,
                   std::span<const std::string_view> words) noexcept {
  const auto size = static_cast<std::size_t>(end - quote);
  for (const std::string_view word : words) {
    if (size < word.size() || quote[1] != word[1]) continue;
    return std::memcmp(quote, word.data(), word.size()) == 0 &&
           !is_null_value(quote + word.size(), end);
  }
  return false;
}

}  // namespace

bool may_hold(std::string_view json, const FilterWords& words, std::size_t count) noexcept {
  const std::span<const std::string_view> wanted(words.data(), count);
  const Letters letters{words[0][1], words[1][1], words[2][1], words[count - 1][1]};
  const char* at = json.data();
  const char* const end = at + json.size();
  constexpr std::ptrdiff_t step = ByteBlock::size;
  const auto hits = [&](const char* from) {
    auto marks = ((ByteBlock::load(from) == '"') & letters.in(ByteBlock::load(from + 1))).marks();
    for (; marks != 0; marks &= marks - 1) {
      if (is_hit(from + ByteBlock::first(marks), end, wanted)) return true;
    }
    return false;
  };
  for (; end - at > step; at += step) {
    if (hits(at)) return true;
  }
  // The last step overlaps the one before; what it finds again is no hit again.
  if (end - json.data() > step) return hits(end - step - 1);
  for (; at != end; ++at) {
    if (*at == '"' && is_hit(at, end, wanted)) return true;
  }
  return false;
}

}  // namespace llmgw::proxy
