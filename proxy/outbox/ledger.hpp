// SPDX-License-Identifier: MIT
// PURE: the books of delivery. Every event is under exactly one term at any moment, also for a
// reader on another thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace llmgw::proxy {

/// Where an event is, or what became of it.
enum class Term : std::uint8_t {
  queued,        ///< in memory, not looked at yet
  spooled,       ///< on disk, to be delivered
  in_flight,     ///< in the batch that is being delivered
  delivered,     ///< taken by the collector
  spool_full,    ///< dropped: the spool could not keep it (EVENT_SPOOL_MAX, a full or failing disk)
  rejected,      ///< dropped: the collector refused its batch as faulty or too large
  shutdown,      ///< dropped: still undelivered when the shutdown's time was over
  no_collector,  ///< dropped: COLLECTOR_URL is not set
};
inline constexpr std::size_t term_count = 8;

/// Written by the delivery thread alone; read whole by any thread, without making it wait.
///
/// Moves keep the sum of all terms, so a reader finds the sum at `recovered`: what the outboxes
/// accepted is added to `queued` by the reader (see Courier::counts).
class Ledger {
 public:
  struct Totals {
    std::array<std::uint64_t, term_count> terms{};  ///< `queued` counts down from 0, modulo 2^64
    std::uint64_t recovered = 0;                    ///< events found in the spool at start
    std::uint64_t operator[](Term term) const noexcept {
      return terms[static_cast<std::size_t>(term)];
    }
  };

  void move(Term from, Term to, std::uint64_t events) noexcept {
    begin_write();
    add(from, ~events + 1);
    add(to, events);
    end_write();
  }
  /// Events of an earlier run, found on disk.
  void recover(std::uint64_t events) noexcept {
    begin_write();
    add(Term::spooled, events);
    store(recovered_, recovered_.load(std::memory_order_relaxed) + events);
    end_write();
  }
  /// The delivery thread only; any thread uses read().
  std::uint64_t operator[](Term term) const noexcept {
    return terms_[static_cast<std::size_t>(term)].load(std::memory_order_relaxed);
  }

  Totals read() const noexcept {
    for (;;) {
      const std::uint64_t before = version_.load(std::memory_order_acquire);
      Totals totals;
      for (std::size_t i = 0; i < term_count; ++i)
        totals.terms[i] = terms_[i].load(std::memory_order_acquire);
      totals.recovered = recovered_.load(std::memory_order_acquire);
      // A value that is newer than `before` brought its own version with it (release, acquire).
      if (before % 2 == 0 && version_.load(std::memory_order_relaxed) == before) return totals;
    }
  }

 private:
  using Cell = std::atomic<std::uint64_t>;
  static void store(Cell& cell, std::uint64_t value) noexcept {
    cell.store(value, std::memory_order_release);
  }
  void add(Term term, std::uint64_t events) noexcept {
    Cell& cell = terms_[static_cast<std::size_t>(term)];
    store(cell, cell.load(std::memory_order_relaxed) + events);
  }
  // Odd while a write is under way. One writer, so plain loads and stores will do.
  void begin_write() noexcept { store(version_, version_.load(std::memory_order_relaxed) + 1); }
  void end_write() noexcept { store(version_, version_.load(std::memory_order_relaxed) + 1); }

  Cell version_{0};
  std::array<Cell, term_count> terms_{};
  Cell recovered_{0};
};

}  // namespace llmgw::proxy
