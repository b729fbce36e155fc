// SPDX-License-Identifier: MIT
// PURE: tokens by tenant and model, counted by one thread and taken over by another, bounded in
// number.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "common/metrics/counter.hpp"
#include "common/text/bounded_string.hpp"

namespace llmgw::proxy {

inline constexpr std::array<std::string_view, 4> token_kinds{"prompt", "completion", "cached",
                                                             "reasoning"};

/// Counts of one pair, in the order of token_kinds.
using TokenAmounts = std::array<std::uint64_t, token_kinds.size()>;

/// Holds the counts of the pairs met last; where it is full, the one that was not met for longest
/// makes way, and what was not taken over of it is counted with those for which there is no room.
class TokenTable {
 public:
  static constexpr std::size_t most_entries = 1000;

  TokenTable() noexcept = default;
  TokenTable(const TokenTable&) = delete;
  TokenTable& operator=(const TokenTable&) = delete;

  /// The owning thread only. Allocates when a pair is met for the first time. Never waits.
  void add(std::string_view tenant, std::string_view model, const TokenCounts& tokens) noexcept;

  /// One other thread: calls `visit(tenant, model, amounts)` for each pair of which something was
  /// counted since the last call, and returns what was counted of those without a place.
  template <class Visit>
  TokenAmounts take(Visit visit) const {
    const Reading reading(is_held_);
    const std::size_t size = published_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < size; ++i) {
      const Entry& entry = *entries_[i];
      const TokenAmounts amounts = take_from(entry.counts);
      if (amounts != TokenAmounts{}) visit(entry.tenant.view(), entry.model.view(), amounts);
    }
    return take_from(others_);
  }

 private:
  struct Counts {
    std::array<Counter, token_kinds.size()> counted;
    mutable TokenAmounts taken{};  // the reader's own
  };
  struct Entry {
    BoundedString<max_event_text> tenant;
    BoundedString<max_event_text> model;
    std::uint64_t hash = 0;
    Counts counts;
    // Of the owner: those of the same bucket, and those met before and after it.
    Entry* next = nullptr;
    Entry* older = nullptr;
    Entry* newer = nullptr;
  };
  /// While somebody reads, no entry changes its names.
  class Reading {
   public:
    explicit Reading(std::atomic_flag& is_held) noexcept : is_held_(is_held) {
      while (is_held_.test_and_set(std::memory_order_acquire)) is_held_.wait(true);
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() { is_held_.clear(std::memory_order_release); }

   private:
    std::atomic_flag& is_held_;
  };

  static TokenAmounts take_from(const Counts& counts) noexcept;
  static constexpr std::size_t bucket_count = 1024;

  Counts& counts_of(std::string_view tenant, std::string_view model) noexcept;
  Entry* make_entry() noexcept;
  Entry* forget_oldest() noexcept;
  void link(Entry& entry, std::uint64_t hash) noexcept;
  void move_to_front(Entry& entry) noexcept;

  std::array<std::unique_ptr<Entry>, most_entries> entries_{};
  std::atomic<std::size_t> published_{0};
  std::array<Entry*, bucket_count> buckets_{};
  Entry* newest_ = nullptr;  // mostly it is the next one, too
  Entry* oldest_ = nullptr;
  Counts others_;
  mutable std::atomic_flag is_held_;
};

}  // namespace llmgw::proxy
