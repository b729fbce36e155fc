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
  const bool full = queued() > most_events_ || ring_.write_available() < line.size();
  if (full) {
    dropped_.add();
    return;
  }
  ring_.push(line.data(), line.size());  // published as a whole
  wakeup_.notify();
}

std::size_t Outbox::pop(std::string& batch, std::size_t most_bytes, std::size_t most_events) {
  const std::size_t start = batch.size();
  if (start >= most_bytes) return 0;
  batch.append(left_);
  const std::size_t taken_from = batch.size();
  batch.resize(std::max(std::min(most_bytes, taken_from + ring_.read_available()), taken_from));
  const std::size_t count = ring_.pop(batch.data() + taken_from, batch.size() - taken_from);
  batch.resize(taken_from + count);
  const Cut cut =
      whole_lines(std::string_view(batch).substr(start), most_bytes - start, most_events);
  left_.assign(batch, start + cut.bytes);
  batch.resize(start + cut.bytes);
  popped_.add(cut.lines);
  return cut.lines;
}

std::uint64_t Outbox::queued() const noexcept {
  // Read in this order, a pop in between can only make the answer smaller.
  const std::uint64_t popped = popped_.value();
  const std::uint64_t accepted = produced() - dropped();
  return accepted > popped ? accepted - popped : 0;
}

}  // namespace llmgw::proxy
