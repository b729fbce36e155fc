// SPDX-License-Identifier: MIT
// Two positions, each moved by one thread: what is between them belongs to the taking thread, the
// rest to the pushing one.
#include "proxy/outbox/line_ring.hpp"

#include <cstring>

namespace llmgw::proxy {

LineRing::LineRing(std::size_t capacity)
    : capacity_(capacity), bytes_(std::make_unique_for_overwrite<char[]>(capacity)) {}

bool LineRing::push(std::string_view line) noexcept {
  Position end = load(write_, std::memory_order_relaxed);
  const Position begin = load(read_, std::memory_order_acquire);
  if (begin.lap == end.lap) {
    const bool fits_at_front = line.size() <= begin.offset;
    const bool fits_behind = line.size() <= capacity_ - end.offset;
    if (!fits_at_front && !fits_behind) return false;
    if (begin == end ? fits_at_front : !fits_behind) {
      wrap_ = end.offset;
      end = {0, !end.lap};
    }
  } else {
    // All of the lap before may have been taken, although the other side has not gone on yet.
    const std::size_t limit = begin.offset == wrap_ ? capacity_ : begin.offset;
    if (line.size() > limit - end.offset) return false;
  }
  std::memcpy(bytes_.get() + end.offset, line.data(), line.size());
  end.offset += line.size();
  store(write_, end);
  return true;
}

std::string_view LineRing::front() noexcept {
  const Position end = load(write_, std::memory_order_acquire);
  Position begin = load(read_, std::memory_order_relaxed);
  if (begin.lap != end.lap) {
    if (begin.offset < wrap_) return {bytes_.get() + begin.offset, wrap_ - begin.offset};
    begin = {0, end.lap};
    store(read_, begin);
  }
  return {bytes_.get() + begin.offset, end.offset - begin.offset};
}

void LineRing::drop(std::size_t bytes) noexcept {
  Position begin = load(read_, std::memory_order_relaxed);
  begin.offset += bytes;
  store(read_, begin);
}

}  // namespace llmgw::proxy
