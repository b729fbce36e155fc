// SPDX-License-Identifier: MIT
// PURE: what exchanges cost, counted by one thread and read by another.
#pragma once

#include <atomic>
#include <memory>
#include <new>

#include "pricing/cost.hpp"
#include "proxy/api/pair_table.hpp"

namespace llmgw::proxy {

/// Nano-USD.
using CostTable = PairTable<1>;

/// Takes no memory before the first cost.
class CostCounts {
 public:
  /// The owning thread only. A cost that is not known counts as unpriced.
  void note(std::string_view tenant, std::string_view model,
            const std::optional<pricing::Nano>& cost) noexcept {
    if (!cost) return unpriced_.add();
    if (owned_ == nullptr) {
      owned_.reset(new (std::nothrow) CostTable);
      table_.store(owned_.get(), std::memory_order_release);
      if (owned_ == nullptr) return;
    }
    owned_->add(tenant, model, {static_cast<std::uint64_t>(*cost)});
  }

  /// For one other thread. Null: there was no cost yet.
  const CostTable* table() const noexcept { return table_.load(std::memory_order_acquire); }
  const Counter& unpriced() const noexcept { return unpriced_; }

 private:
  std::unique_ptr<CostTable> owned_;
  std::atomic<const CostTable*> table_{nullptr};
  Counter unpriced_;
};

}  // namespace llmgw::proxy
