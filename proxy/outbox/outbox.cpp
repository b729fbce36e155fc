// SPDX-License-Identifier: MIT
// The ring of lines.
#include "proxy/outbox/outbox.hpp"

#include <algorithm>

namespace llmgw::proxy {
namespace {

constexpr std::size_t longest_line = 16 * 1024;

// Those of them that lie within both bounds.
LineRing::Lines first_of(const LineRing::Lines& lines, std::size_t most_bytes,
                         std::size_t most_lines) noexcept {
  if (lines.text.size() <= most_bytes && lines.count <= most_lines) return lines;
  LineRing::Lines first;
  std::size_t size = 0;
  while (first.count < most_lines) {
    size = lines.text.find('\n', size) + 1;
    if (size == 0 || size > most_bytes) break;
    first = {lines.text.substr(0, size), first.count + 1};
  }
  return first;
}

}  // namespace

Outbox::Outbox(std::size_t most_events, Wakeup& wakeup)
    : most_events_(most_events),
      half_of_events_(std::max<std::size_t>(most_events / 2, 1)),
      half_of_bytes_(std::max(most_events * bytes_an_event, longest_line) / 2),
      wakeup_(wakeup),
      ring_(2 * half_of_bytes_) {}

void Outbox::push(std::string_view line) noexcept {
  produced_.add();
  const std::uint64_t waiting = queued();
  const std::size_t before = ring_.end();
  if (waiting > most_events_ || !ring_.push(line)) {
    dropped_.add();
    return;
  }
  wakeup_.notify();
  // Each is passed once on the way up. A ring that was emptied begins at its front again, so where
  // it ends is what has gathered.
  const bool has_half_of_bytes = before < half_of_bytes_ && ring_.end() >= half_of_bytes_;
  if (waiting == half_of_events_ || has_half_of_bytes) wakeup_.urge();
}

std::size_t Outbox::pop(std::string& batch, std::size_t most_bytes, std::size_t most_events) {
  std::size_t popped = 0;
  for (;;) {
    const std::size_t room = most_bytes - std::min(most_bytes, batch.size());
    const LineRing::Lines lines = first_of(ring_.front(), room, most_events - popped);
    if (lines.count == 0) return popped;
    batch.append(lines.text);
    ring_.drop(lines);
    popped_.add(lines.count);
    popped += lines.count;
  }
}

std::uint64_t Outbox::queued() const noexcept {
  // Read in this order, a pop in between can only make the answer smaller.
  const std::uint64_t popped = popped_.value();
  const std::uint64_t accepted = produced() - dropped();
  return accepted > popped ? accepted - popped : 0;
}

}  // namespace llmgw::proxy
