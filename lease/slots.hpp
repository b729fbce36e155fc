// SPDX-License-Identifier: MIT
// PURE: Slots: the authority's side of one limit of concurrency.
#pragma once

#include "lease/loans.hpp"

namespace llmgw::lease {

/// Slots are lent like units, but one that is in use is not lost with its lease: it counts until
/// its proxy tells its end, or has been silent for a lease. So no more are in use than there are,
/// and those of proxies that are cut off and live on.
class Slots {
 public:
  explicit Slots(Units capacity) noexcept : capacity_(capacity) {}

  /// As Bucket::sync.
  Grant sync(ProxyNumber proxy, std::uint64_t seq, const RuleAsk& ask, Instant now, Duration ttl,
             Instant opens_at);
  void leave(ProxyNumber proxy);
  void set_capacity(Units capacity) noexcept { capacity_ = capacity; }
  void advance(Instant now);

  Units capacity() const noexcept { return capacity_; }
  /// With proxies, in use or not.
  Units lent() const noexcept { return lent_; }
  /// Less than 0 where proxies that were cut off came back.
  Units free() const noexcept { return capacity_ - lent_; }
  std::size_t active() const noexcept { return loans_.running(); }
  bool is_idle() const noexcept { return loans_.known() == 0; }

 private:
  Units capacity_;
  Units lent_ = 0;
  Loans loans_;
};

}  // namespace llmgw::lease
