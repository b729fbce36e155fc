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
      wrap_ = end;
      end = {0, !end.lap, end.lines};
    }
  } else {
    // All of the lap before may have been taken, although the other side has not gone on yet.
    const std::size_t limit = begin.offset == wrap_.offset ? capacity_ : begin.offset;
    if (line.size() > limit - end.offset) return false;
  }
  std::memcpy(bytes_.get() + end.offset, line.data(), line.size());
  end.offset += line.size();
  ++end.lines;
  store(write_, end);
  return true;
}

LineRing::Lines LineRing::front() noexcept {
  Position end = load(write_, std::memory_order_acquire);
  Position begin = load(read_, std::memory_order_relaxed);
  if (begin.lap != end.lap) {
    if (begin.offset < wrap_.offset) {
      end = wrap_;
    } else {
      begin = {0, end.lap, begin.lines};
      store(read_, begin);
    }
  }
  return {{bytes_.get() + begin.offset, end.offset - begin.offset},
          (end.lines - begin.lines) % count_limit};
}

void LineRing::drop(const Lines& first) noexcept {
  Position begin = load(read_, std::memory_order_relaxed);
  begin.offset += first.text.size();
  begin.lines += first.count;
  store(read_, begin);
}

}  // namespace llmgw::proxy
