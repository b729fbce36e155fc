// SPDX-License-Identifier: MIT
// Line by line.
#include "proxy/provider/openai/event_data.hpp"

#include "common/text/byte_search.hpp"

namespace llmgw::proxy {

std::size_t data_prefix(std::string_view line) noexcept {
  if (!line.starts_with("data")) return 0;
  if (line.size() == 4) return 4;
  if (line[4] != ':') return 0;
  return line.size() > 5 && line[5] == ' ' ? 6 : 5;
}

void EventData::show(std::string_view event) {
  while (text_.size() < event.size()) {
    const std::size_t at = text_.size();
    const char* const from = event.data() + at;
    const char* const to = find_line_end(from, event.data() + event.size());
    const std::string_view line(from, static_cast<std::size_t>(to - from));
    const std::size_t mark = at == 0 && line.starts_with(byte_order_mark) ? 3 : 0;
    const std::size_t prefix = data_prefix(line.substr(mark));
    const std::size_t blank = prefix > 0 ? mark + prefix : line.size();
    text_.append(blank, ' ').append(line.substr(blank));
    if (text_.size() < event.size()) text_ += ' ';
  }
}

bool EventData::goes_on() noexcept {
  if (scanned_ == 0) {
    const std::size_t first = text_.find_first_not_of(' ');
    if (first == text_.npos || text_[first] != '{') return first == text_.npos;
    nesting_.begin();
    scanned_ = first + 1;
  }
  const char* const begin = text_.data();
  const char* const at = nesting_.skip(begin + scanned_, begin + text_.size());
  scanned_ = static_cast<std::size_t>(at - begin);
  return nesting_.is_open();
}

}  // namespace llmgw::proxy
