// SPDX-License-Identifier: MIT
// PURE: tokens by tenant and model, counted by one thread and read by any, bounded in number.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/bounded_string.hpp"
#include "common/counter.hpp"
#include "common/metering_event.hpp"

namespace llmgw::proxy {

inline constexpr std::array<std::string_view, 4> token_kinds{"prompt", "completion", "cached",
                                                             "reasoning"};

/// Holds a tenant's and model's counts from its first tokens on; those that come when it is full
/// are counted together. Entries stay as long as the table, so a reader needs no lock.
class TokenTable {
 public:
  static constexpr std::size_t most_entries = 1000;

  using Counts = std::array<Counter, token_kinds.size()>;
  struct Entry {
    BoundedString<max_event_text> tenant;
    BoundedString<max_event_text> model;
    std::uint64_t hash = 0;
    Counts counts;
  };

  TokenTable() noexcept = default;
  TokenTable(const TokenTable&) = delete;
  TokenTable& operator=(const TokenTable&) = delete;
  ~TokenTable();

  /// The owning thread only. Allocates when a pair is met for the first time.
  void add(std::string_view tenant, std::string_view model, const TokenCounts& tokens) noexcept;

  /// Any thread: calls `visit(entry)` for those there are.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& slot : slots_) {
      if (const Entry* const entry = slot.load(std::memory_order_acquire)) visit(*entry);
    }
  }
  /// Any thread: counts of the pairs for which there was no room.
  const Counts& others() const noexcept { return others_; }

 private:
  static constexpr std::size_t slot_count = 2048;  // a power of two, and never half full
  static_assert(most_entries * 2 <= slot_count);

  Counts& counts_of(std::string_view tenant, std::string_view model) noexcept;

  std::array<std::atomic<Entry*>, slot_count> slots_{};
  std::size_t size_ = 0;
  Entry* last_ = nullptr;  // the one that was found last: mostly it is the next one, too
  Counts others_;
};

}  // namespace llmgw::proxy
