// SPDX-License-Identifier: MIT
// One comparison, one search for the quote.
#include "proxy/metering/text_prefix.hpp"

#include "proxy/metering/byte_search.hpp"

namespace llmgw::proxy {

void TextPrefix::learn(std::string_view event, std::string_view text,
                       const JsonScanner::Place& place) {
  const auto size = static_cast<std::size_t>(text.data() - event.data());
  if (size > most || misses_ == most_misses) return;
  ++misses_;
  bytes_.assign(event.substr(0, size));
  place_ = place;
}

bool TextPrefix::take(std::string_view& event, std::uint64_t& size) noexcept {
  if (bytes_.empty() || !event.starts_with(bytes_)) return false;
  const char* const begin = event.data() + bytes_.size();
  const char* const end = event.data() + event.size();
  TextMeasure measure;
  const char* at = begin;
  for (;;) {
    const char* const stop = find_quote_or_escape(at, end);
    if (end - stop < 2) return false;  // no quote, or nothing behind it
    if (*stop == '"') {
      at = stop;
      break;
    }
    at = stop + 2;
  }
  measure.add(begin, at);
  size = measure.size();
  event.remove_prefix(static_cast<std::size_t>(at + 1 - event.data()));
  misses_ = 0;
  return true;
}

}  // namespace llmgw::proxy
