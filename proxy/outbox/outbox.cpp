// SPDX-License-Identifier: MIT
// The ring of lines.
#include "proxy/outbox/outbox.hpp"

#include <algorithm>
#include <utility>

namespace llmgw::proxy {
namespace {

constexpr std::size_t longest_line = 16 * 1024;

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

std::size_t Outbox::pop(std::string& batch, std::size_t most_bytes) {
  const std::size_t start = batch.size();
  if (start >= most_bytes) return 0;
  batch.append(std::exchange(partial_, {}));
  const std::size_t taken_from = batch.size();
  batch.resize(std::max(std::min(most_bytes, taken_from + ring_.read_available()), taken_from));
  const std::size_t count = ring_.pop(batch.data() + taken_from, batch.size() - taken_from);
  batch.resize(taken_from + count);
  const std::size_t last = batch.rfind('\n');
  const std::size_t whole = last == batch.npos || last < start ? start : last + 1;
  partial_.assign(batch, whole);
  batch.resize(whole);
  const auto lines =
      std::count(batch.begin() + static_cast<std::ptrdiff_t>(start), batch.end(), '\n');
  popped_.add(static_cast<std::uint64_t>(lines));
  return static_cast<std::size_t>(lines);
}

std::uint64_t Outbox::queued() const noexcept {
  // Read in this order, a pop in between can only make the answer smaller.
  const std::uint64_t popped = popped_.value();
  const std::uint64_t accepted = produced() - dropped();
  return accepted > popped ? accepted - popped : 0;
}

}  // namespace llmgw::proxy
