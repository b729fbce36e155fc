// SPDX-License-Identifier: MIT
// The ring of lines.
#include "proxy/outbox/outbox.hpp"

#include <algorithm>

namespace llmgw::proxy {
namespace {

constexpr std::size_t longest_line = 16 * 1024;

struct Cut {
  std::size_t bytes = 0;
  std::size_t lines = 0;
};

// The whole lines at the front of `text`, within both bounds.
Cut whole_lines(std::string_view text, std::size_t most_bytes, std::size_t most_lines) noexcept {
  text = text.substr(0, most_bytes);
  Cut cut;
  while (cut.lines < most_lines) {
    const std::size_t end = text.find('\n', cut.bytes);
    if (end == text.npos) break;
    cut.bytes = end + 1;
    ++cut.lines;
  }
  return cut;
}

}  // namespace

Outbox::Outbox(std::size_t most_events, Wakeup& wakeup)
    : most_events_(most_events),
      wakeup_(wakeup),
      ring_(std::max(most_events * bytes_an_event, longest_line)) {}

void Outbox::push(std::string_view line) noexcept {
  produced_.add();
  if (queued() > most_events_ || !ring_.push(line)) {
    dropped_.add();
    return;
  }
  wakeup_.notify();
}

std::size_t Outbox::pop(std::string& batch, std::size_t most_bytes, std::size_t most_events) {
  std::size_t lines = 0;
  for (;;) {
    const std::size_t room = most_bytes - std::min(most_bytes, batch.size());
    const std::string_view front = ring_.front();
    const Cut cut = whole_lines(front, room, most_events - lines);
    if (cut.lines == 0) return lines;
    batch.append(front.substr(0, cut.bytes));
    ring_.drop(cut.bytes);
    popped_.add(cut.lines);
    lines += cut.lines;
  }
}

std::uint64_t Outbox::queued() const noexcept {
  // Read in this order, a pop in between can only make the answer smaller.
  const std::uint64_t popped = popped_.value();
  const std::uint64_t accepted = produced() - dropped();
  return accepted > popped ? accepted - popped : 0;
}

}  // namespace llmgw::proxy
