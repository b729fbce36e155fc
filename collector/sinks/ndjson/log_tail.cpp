// SPDX-License-Identifier: MIT
// Backwards to find where to begin, forwards to read.
#include "collector/sinks/ndjson/log_tail.hpp"

#include <algorithm>
#include <string>

#include "collector/sinks/ndjson/file_calls.hpp"
#include "common/event/check.hpp"
#include "common/event/scan.hpp"

namespace llmgw::collector {
namespace {

constexpr off_t block_size = 1024 * 1024;
constexpr off_t longest_tail = off_t{1} << 30;

// Where the last `most` lines begin, or the last longest_tail bytes, whichever is less.
off_t begin_of_tail(int file, off_t length, std::size_t most) {
  std::string block;
  std::size_t wanted = most + 1;  // the line ends to find: that of the line before them, too
  for (off_t end = length; end > 0 && length - end < longest_tail;) {
    const off_t begin = std::max<off_t>(end - block_size, 0);
    block.resize(static_cast<std::size_t>(end - begin));
    const auto got = read_at(file, block, begin);
    if (!got || *got != block.size()) return end;
    const auto line_ends = static_cast<std::size_t>(std::count(block.begin(), block.end(), '\n'));
    if (line_ends >= wanted) {
      std::size_t at = block.size();
      while (wanted-- > 0) at = block.rfind('\n', at - 1);
      return begin + static_cast<off_t>(at) + 1;
    }
    wanted -= line_ends;
    end = begin;
    if (begin == 0) return 0;
  }
  return std::max<off_t>(length - longest_tail, 0);
}

EventKey key_of(std::string_view line) {
  if (const auto event = scan_event(line)) return event_key(event->event_id);
  const auto checked = validate_event(line);
  return checked ? event_key(checked->event_id) : EventKey{};
}

}  // namespace

void append_last_keys(int file, off_t length, std::size_t most, std::vector<EventKey>& keys) {
  std::string text;
  off_t at = begin_of_tail(file, length, most);
  while (at < length) {
    const std::size_t kept = text.size();
    const off_t wanted = std::min(block_size, length - at);
    text.resize(kept + static_cast<std::size_t>(wanted));
    const auto got = read_at(file, std::span(text).subspan(kept), at);
    if (!got || *got == 0) return;
    text.resize(kept + *got);
    at += static_cast<off_t>(*got);
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      const EventKey key = key_of(std::string_view(text).substr(begin, end - begin));
      if (!key.is_none()) keys.push_back(key);
    }
    text.erase(0, begin);
  }
}

}  // namespace llmgw::collector
