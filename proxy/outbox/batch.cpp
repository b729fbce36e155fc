// SPDX-License-Identifier: MIT
// Cutting lines.
#include "proxy/outbox/batch.hpp"

#include <utility>

namespace llmgw::proxy {

void Batch::assign(std::string lines, std::size_t events) noexcept {
  lines_ = std::move(lines);
  settled_ = 0;
  events_ = events;
}

void Batch::append(std::string_view lines, std::size_t events) {
  lines_.append(lines);
  events_ += events;
}

void Batch::clear() noexcept {
  lines_.clear();
  settled_ = 0;
  events_ = 0;
}

std::string Batch::release() noexcept {
  clear();
  return std::exchange(lines_, {});
}

Batch::Piece Batch::front(const BatchBounds& bounds) const noexcept {
  const std::string_view all = lines();
  if (all.size() <= bounds.bytes && events_ <= bounds.events) return {all, events_};
  Piece piece;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size() - 1) + 1;
    if (piece.events > 0 && (end > bounds.bytes || piece.events == bounds.events)) break;
    piece = {all.substr(0, end), piece.events + 1};
    at = end;
  }
  return piece;
}

void Batch::remove(const Piece& piece) noexcept {
  settled_ += piece.lines.size();
  events_ -= piece.events;
  if (events_ == 0) clear();
}

}  // namespace llmgw::proxy
