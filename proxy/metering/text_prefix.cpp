// SPDX-License-Identifier: MIT
// A comparison for each part that is known, a search for a quote for each string between them.
#include "proxy/metering/text_prefix.hpp"

#include "common/byte_search.hpp"

namespace llmgw::proxy {
namespace {

// The quote that ends the string beginning at `at`; `end` if there is none.
const char* end_of_string(const char* at, const char* end) noexcept {
  for (;;) {
    at = find_quote_or_escape(at, end);
    if (at == end || *at == '"') return at;
    if (end - at < 2) return end;
    at += 2;
  }
}

}  // namespace

void TextPrefix::learn(std::string_view event, std::string_view text,
                       const JsonScanner::Place& place) {
  const auto size = static_cast<std::size_t>(text.data() - event.data());
  if (size > most || misses_ == most_misses) return;
  ++misses_;
  knows_rest_ = false;
  begin_.assign(event.substr(0, size));
  place_ = place;
}

void TextPrefix::learn_rest(std::string_view rest) {
  if (rest.size() > most || rest_misses_ == most_misses) return;
  ++rest_misses_;
  const char* const end = rest.data() + rest.size();
  const char* head_end = end;
  const char* tail = end;
  for (const char* at = rest.data(); (at = end_of_string(at, end)) != end;) {
    const char* const text = at + 1;
    const char* const close = end_of_string(text, end);
    if (close == end) break;
    // A key may become a wanted one; what an unwanted key holds may change.
    const bool is_value = at != rest.data() && at[-1] == ':';
    head_end = is_value ? text : end;
    tail = is_value ? close : end;
    at = close + 1;
  }
  rest_head_.assign(rest.data(), head_end);
  rest_tail_.assign(tail, end);
  knows_rest_ = true;
}

TextPrefix::Match TextPrefix::take(std::string_view& event, std::uint64_t& size) noexcept {
  if (begin_.empty() || !event.starts_with(begin_)) return Match::none;
  const char* const begin = event.data() + begin_.size();
  const char* const end = event.data() + event.size();
  const char* const close = end_of_string(begin, end);
  if (close == end) return Match::none;
  TextMeasure measure;
  measure.add(begin, close);
  size = measure.size();
  event.remove_prefix(static_cast<std::size_t>(close + 1 - event.data()));
  misses_ = 0;
  if (!is_known_rest(event)) return Match::text;
  rest_misses_ = 0;
  return Match::all;
}

bool TextPrefix::is_known_rest(std::string_view rest) const noexcept {
  if (!knows_rest_ || !rest.starts_with(rest_head_)) return false;
  rest.remove_prefix(rest_head_.size());
  if (rest_tail_.empty()) return rest.empty();
  const char* const end = rest.data() + rest.size();
  const char* const close = end_of_string(rest.data(), end);
  return std::string_view(close, static_cast<std::size_t>(end - close)) == rest_tail_;
}

}  // namespace llmgw::proxy
