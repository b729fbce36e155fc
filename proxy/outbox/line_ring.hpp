// SPDX-License-Identifier: MIT
// Line ring: bytes from one thread to another, without locks, each line in one piece.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>

namespace llmgw::proxy {

/// A ring of bytes for one thread that pushes and one that takes. A push onto an empty ring begins
/// at its front again: as long as the other side keeps up, only the memory of what gathers between
/// two of its visits is used, and stays in the caches, however large the ring is.
class LineRing {
 public:
  /// Memory is touched as it is used. Throws bad_alloc.
  explicit LineRing(std::size_t capacity);

  /// Whether there was room in one piece. The pushing thread.
  bool push(std::string_view line) noexcept;

  /// Lines one behind the other, whole ones; empty if there are none. Good until drop(). After they
  /// were dropped there may be more. The taking thread.
  std::string_view front() noexcept;
  /// Takes the first `bytes` of front() off.
  void drop(std::size_t bytes) noexcept;

 private:
  // Laps are told apart as even and odd: the pushing thread is one ahead at most.
  struct Position {
    std::size_t offset = 0;
    bool lap = false;
    bool operator==(const Position&) const = default;
  };
  using Shared = std::atomic<std::size_t>;  // a position in one word

  static constexpr std::size_t cache_line = 64;

  static Position load(const Shared& from, std::memory_order order) noexcept {
    const std::size_t word = from.load(order);
    return {word / 2, word % 2 != 0};
  }
  static void store(Shared& to, const Position& position) noexcept {
    to.store(position.offset * 2 + (position.lap ? 1 : 0), std::memory_order_release);
  }

  std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;
  // Lines are in [read_, write_); or, where write_ is a lap ahead, in [read_, wrap_) and
  // [0, write_).
  alignas(cache_line) Shared write_{0};
  std::size_t wrap_ = 0;  // where the lap before ended; published with write_
  alignas(cache_line) Shared read_{0};
};

}  // namespace llmgw::proxy
