// SPDX-License-Identifier: MIT
// Chains of entries by hash, and one list of all in the order in which they were met.
#include "proxy/api/token_table.hpp"

#include <functional>
#include <new>

namespace llmgw::proxy {
namespace {

std::uint64_t hash_of(std::string_view tenant, std::string_view model) noexcept {
  const std::hash<std::string_view> hash;
  return hash(tenant) * 31 + hash(model);
}

}  // namespace

void TokenTable::add(std::string_view tenant, std::string_view model,
                     const TokenCounts& tokens) noexcept {
  if (tokens == TokenCounts{}) return;
  Counts& counts = counts_of(tenant, model);
  const std::optional<std::uint64_t>* const values[] = {&tokens.prompt, &tokens.completion,
                                                        &tokens.cached, &tokens.reasoning};
  for (std::size_t i = 0; i < counts.counted.size(); ++i) {
    if (*values[i]) counts.counted[i].add(**values[i]);
  }
}

TokenAmounts TokenTable::take_from(const Counts& counts) noexcept {
  TokenAmounts amounts;
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    const std::uint64_t value = counts.counted[i].value();
    amounts[i] = value - counts.taken[i];
    counts.taken[i] = value;
  }
  return amounts;
}

TokenTable::Counts& TokenTable::counts_of(std::string_view tenant,
                                          std::string_view model) noexcept {
  if (newest_ != nullptr && newest_->tenant == tenant && newest_->model == model)
    return newest_->counts;
  const std::uint64_t hash = hash_of(tenant, model);
  for (Entry* each = buckets_[hash % bucket_count]; each != nullptr; each = each->next) {
    if (each->hash != hash || !(each->tenant == tenant) || !(each->model == model)) continue;
    move_to_front(*each);
    return each->counts;
  }
  const std::size_t size = published_.load(std::memory_order_relaxed);
  const bool is_full = size == most_entries;
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

TokenTable::Entry* TokenTable::make_entry() noexcept {
  auto& place = entries_[published_.load(std::memory_order_relaxed)];
  place.reset(new (std::nothrow) Entry);
  return place.get();
}

// Returns it with no counts, and with the table held against its reader; null while that is at
// work.
TokenTable::Entry* TokenTable::forget_oldest() noexcept {
  if (is_held_.test_and_set(std::memory_order_acquire)) return nullptr;
  Entry& entry = *oldest_;
  const TokenAmounts rest = take_from(entry.counts);
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

void TokenTable::link(Entry& entry, std::uint64_t hash) noexcept {
  Entry*& bucket = buckets_[hash % bucket_count];
  entry.hash = hash;
  entry.next = bucket;
  bucket = &entry;
  entry.newer = nullptr;
  entry.older = newest_;
  (newest_ == nullptr ? oldest_ : newest_->newer) = &entry;
  newest_ = &entry;
}

void TokenTable::move_to_front(Entry& entry) noexcept {
  if (&entry == newest_) return;
  (entry.older == nullptr ? oldest_ : entry.older->newer) = entry.newer;
  entry.newer->older = entry.older;
  entry.newer = nullptr;
  entry.older = newest_;
  newest_->newer = &entry;
  newest_ = &entry;
}

}  // namespace llmgw::proxy
