// SPDX-License-Identifier: MIT
// PURE: events on their way to the collector: lines, one behind the other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmgw::proxy {

/// What one request carries at most. A lone event that is larger goes alone.
struct BatchBounds {
  std::size_t bytes = 1024 * 1024;
  std::size_t events = 5'000;
};

/// Whole lines with their LF, taken off the front as they are settled.
class Batch {
 public:
  struct Piece {
    std::string_view lines;  ///< into the batch, until it changes
    std::size_t events = 0;
  };

  void assign(std::string lines, std::size_t events) noexcept;
  void append(std::string_view lines, std::size_t events);
  void clear() noexcept;
  /// Empties it, and hands its memory out.
  std::string release() noexcept;

  bool is_empty() const noexcept { return events_ == 0; }
  std::size_t events() const noexcept { return events_; }
  std::string_view lines() const noexcept { return std::string_view(lines_).substr(settled_); }

  /// As many of the first lines as fit into `bounds`, one at least unless the batch is empty.
  Piece front(const BatchBounds& bounds) const noexcept;
  /// Takes a piece off that front() gave.
  void remove(const Piece& piece) noexcept;

 private:
  std::string lines_;
  std::size_t settled_ = 0;
  std::size_t events_ = 0;
};

}  // namespace llmgw::proxy
