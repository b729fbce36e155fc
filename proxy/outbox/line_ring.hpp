// SPDX-License-Identifier: MIT
// Line ring: bytes from one thread to another, without locks, each line in one piece.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace llmgw::proxy {

/// A ring of bytes for one thread that pushes and one that takes. A push onto an empty ring begins
/// at its front again: as long as the other side keeps up, only the memory of what gathers between
/// two of its visits is used, and stays in the caches, however large the ring is.
class LineRing {
 public:
  /// In bytes; fewer than 16 million lines are ever in it. Memory is touched as it is used. Throws
  /// bad_alloc.
  explicit LineRing(std::size_t capacity);

  /// Whether there was room in one piece. The pushing thread.
  bool push(std::string_view line) noexcept;

  /// Where the last line ends, in bytes from the front. The pushing thread.
  std::size_t end() const noexcept { return load(write_, std::memory_order_relaxed).offset; }

  /// Has the memory where the next line is likely to go brought near: since the ring was there
  /// last, much else has gone through the caches. The pushing thread.
  void prefetch(std::size_t bytes) const noexcept {
    const std::size_t begin = load(write_, std::memory_order_relaxed).offset;
    const std::size_t end = std::min(begin + bytes, capacity_);
    for (std::size_t at = begin; at < end; at += cache_line) __builtin_prefetch(&bytes_[at], 1);
  }

  struct Lines {
    std::string_view text;  ///< one behind the other
    std::size_t count = 0;
  };

  /// The lines that were pushed first, as many as lie in one piece; none only if there are none at
  /// all. Good until drop(). The taking thread.
  Lines front() noexcept;
  /// Takes some of them off.
  void drop(const Lines& first) noexcept;

 private:
  // Laps are told apart as even and odd: the pushing thread is one ahead at most.
  struct Position {
    std::size_t offset = 0;
    bool lap = false;
    std::size_t lines = 0;  // that lie before it, modulo count_limit
    bool operator==(const Position&) const = default;
  };
  using Shared = std::atomic<std::uint64_t>;  // a position in one word

  static constexpr unsigned count_bits = 24;
  static constexpr std::size_t count_limit = std::size_t{1} << count_bits;

  static constexpr std::size_t cache_line = 64;

  static Position load(const Shared& from, std::memory_order order) noexcept {
    const std::uint64_t word = from.load(order);
    return {word >> (count_bits + 1), (word >> count_bits & 1) != 0, word % count_limit};
  }
  static void store(Shared& to, const Position& position) noexcept {
    const std::uint64_t lap = position.lap ? count_limit : 0;
    to.store(position.offset << (count_bits + 1) | lap | position.lines % count_limit,
             std::memory_order_release);
  }

  std::size_t capacity_;
  std::unique_ptr<char[]> bytes_;
  // Lines are in [read_, write_); or, where write_ is a lap ahead, in [read_, wrap_) and
  // [0, write_).
  alignas(cache_line) Shared write_{0};
  Position wrap_;  // where the lap before ended; published with write_
  alignas(cache_line) Shared read_{0};
};

}  // namespace llmgw::proxy
