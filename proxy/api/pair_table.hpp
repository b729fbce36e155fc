// SPDX-License-Identifier: MIT
// PURE: amounts by tenant and model, counted by one thread and taken over by another, bounded in
// number.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string_view>

#include "common/event/metering_event.hpp"
#include "common/metrics/counter.hpp"
#include "common/text/bounded_string.hpp"

namespace llmgw::proxy {

/// How many pairs are counted apart, in each table.
inline constexpr std::size_t most_pairs = 1000;

/// Chains of entries by hash, and one list of all in the order in which they were met. Holds the
/// amounts of the pairs met last; where it is full, the one that was not met for longest makes way,
/// and what was not taken over of it is counted with those for which there is no room.
template <std::size_t kinds>
class PairTable {
 public:
  /// Of one pair.
  using Amounts = std::array<std::uint64_t, kinds>;

  PairTable() noexcept = default;
  PairTable(const PairTable&) = delete;
  PairTable& operator=(const PairTable&) = delete;

  /// The owning thread only. Allocates when a pair is met for the first time. Never waits.
  void add(std::string_view tenant, std::string_view model, const Amounts& amounts) noexcept {
    Counts& counts = counts_of(tenant, model);
    for (std::size_t i = 0; i < kinds; ++i) counts.counted[i].add(amounts[i]);
  }

  /// One other thread: calls `visit(tenant, model, amounts)` for each pair of which something was
  /// counted since the last call, and returns what was counted of those without a place.
  template <class Visit>
  Amounts take(Visit visit) const {
    const Reading reading(is_held_);
    const std::size_t size = published_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < size; ++i) {
      const Entry& entry = *entries_[i];
      const Amounts amounts = take_from(entry.counts);
      if (amounts != Amounts{}) visit(entry.tenant.view(), entry.model.view(), amounts);
    }
    return take_from(others_);
  }

 private:
  struct Counts {
    std::array<Counter, kinds> counted;
    mutable Amounts taken{};  // the reader's own
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

  static std::uint64_t hash_of(std::string_view tenant, std::string_view model) noexcept {
    const std::hash<std::string_view> hash;
    return hash(tenant) * 31 + hash(model);
  }

  static Amounts take_from(const Counts& counts) noexcept {
    Amounts amounts;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      const std::uint64_t value = counts.counted[i].value();
      amounts[i] = value - counts.taken[i];
      counts.taken[i] = value;
    }
    return amounts;
  }

  Counts& counts_of(std::string_view tenant, std::string_view model) noexcept {
    if (newest_ != nullptr && newest_->tenant == tenant && newest_->model == model)
      return newest_->counts;
    const std::uint64_t hash = hash_of(tenant, model);
    for (Entry* each = buckets_[hash % bucket_count]; each != nullptr; each = each->next) {
      if (each->hash != hash || !(each->tenant == tenant) || !(each->model == model)) continue;
      move_to_front(*each);
      return each->counts;
    }
    const std::size_t size = published_.load(std::memory_order_relaxed);
    const bool is_full = size == most_pairs;
    Entry* const entry = is_full ? forget_oldest() : make_entry();
    if (entry == nullptr) return others_;
    entry->tenant.assign(tenant);
    entry->model.assign(model);
    link(*entry, hash);
    if (is_full) {
      is_held_.clear(std::memory_order_release);
      is_held_.notify_one();
    } else {
      published_.store(size + 1, std::memory_order_release);
    }
    return entry->counts;
  }

  Entry* make_entry() noexcept {
    auto& place = entries_[published_.load(std::memory_order_relaxed)];
    place.reset(new (std::nothrow) Entry);
    return place.get();
  }

  // Returns it with no counts, and with the table held against its reader; null while that is at
  // work.
  Entry* forget_oldest() noexcept {
    if (is_held_.test_and_set(std::memory_order_acquire)) return nullptr;
    Entry& entry = *oldest_;
    const Amounts rest = take_from(entry.counts);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      others_.counted[i].add(rest[i]);
      entry.counts.counted[i].set(0);
    }
    entry.counts.taken = {};
    Entry** place = &buckets_[entry.hash % bucket_count];
    while (*place != &entry) place = &(*place)->next;
    *place = entry.next;
    oldest_ = entry.newer;
    oldest_->older = nullptr;
    return &entry;
  }

  void link(Entry& entry, std::uint64_t hash) noexcept {
    Entry*& bucket = buckets_[hash % bucket_count];
    entry.hash = hash;
    entry.next = bucket;
    bucket = &entry;
    entry.newer = nullptr;
    entry.older = newest_;
    (newest_ == nullptr ? oldest_ : newest_->newer) = &entry;
    newest_ = &entry;
  }

  void move_to_front(Entry& entry) noexcept {
    if (&entry == newest_) return;
    (entry.older == nullptr ? oldest_ : entry.older->newer) = entry.newer;
    entry.newer->older = entry.older;
    entry.newer = nullptr;
    entry.older = newest_;
    newest_->newer = &entry;
    newest_ = &entry;
  }

  static constexpr std::size_t bucket_count = 1024;

  std::array<std::unique_ptr<Entry>, most_pairs> entries_{};
  std::atomic<std::size_t> published_{0};
  std::array<Entry*, bucket_count> buckets_{};
  Entry* newest_ = nullptr;  // mostly it is the next one, too
  Entry* oldest_ = nullptr;
  Counts others_;
  mutable std::atomic_flag is_held_;
};

}  // namespace llmgw::proxy
