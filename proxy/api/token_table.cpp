// SPDX-License-Identifier: MIT
// Open addressing; a slot is written once.
#include "proxy/api/token_table.hpp"

#include <functional>
#include <memory>
#include <new>

namespace llmgw::proxy {
namespace {

std::uint64_t hash_of(std::string_view tenant, std::string_view model) noexcept {
  const std::hash<std::string_view> hash;
  return hash(tenant) * 31 + hash(model);
}

}  // namespace

TokenTable::~TokenTable() {
  for (auto& slot : slots_) std::unique_ptr<Entry>(slot.load(std::memory_order_relaxed)).reset();
}

void TokenTable::add(std::string_view tenant, std::string_view model,
                     const TokenCounts& tokens) noexcept {
  if (tokens == TokenCounts{}) return;
  Counts& counts = counts_of(tenant, model);
  const std::optional<std::uint64_t>* const values[] = {&tokens.prompt, &tokens.completion,
                                                        &tokens.cached, &tokens.reasoning};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (*values[i]) counts[i].add(**values[i]);
  }
}

TokenTable::Counts& TokenTable::counts_of(std::string_view tenant,
                                          std::string_view model) noexcept {
  if (last_ != nullptr && last_->tenant == tenant && last_->model == model) return last_->counts;
  const std::uint64_t hash = hash_of(tenant, model);
  std::size_t at = hash % slot_count;
  for (;; at = (at + 1) % slot_count) {
    Entry* const entry = slots_[at].load(std::memory_order_relaxed);
    if (entry == nullptr) break;
    if (entry->hash == hash && entry->tenant == tenant && entry->model == model) {
      last_ = entry;
      return entry->counts;
    }
  }
  if (size_ == most_entries) return others_;
  std::unique_ptr<Entry> made(new (std::nothrow) Entry);
  if (made == nullptr) return others_;
  made->tenant.assign(tenant);
  made->model.assign(model);
  made->hash = hash;
  ++size_;
  Counts& counts = made->counts;
  slots_[at].store(made.release(), std::memory_order_release);
  return counts;
}

}  // namespace llmgw::proxy
