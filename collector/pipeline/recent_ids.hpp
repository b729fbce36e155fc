// SPDX-License-Identifier: MIT
// PURE: the ids of the events stored last, so that one sent again is not stored again.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <vector>

#include "collector/pipeline/batch.hpp"

namespace llmgw::collector {

struct EventKeyHash {
  using is_avalanching = void;  // FNV has mixed the bits already
  std::size_t operator()(const EventKey& key) const noexcept { return key.high ^ key.low; }
};
using EventKeySet = boost::unordered_flat_set<EventKey, EventKeyHash>;

/// Remembers up to `capacity` keys, about 35 bytes each; the oldest goes first.
class RecentIds {
 public:
  /// `capacity` is 1 at least.
  explicit RecentIds(std::size_t capacity) : capacity_(capacity) {}

  bool contains(const EventKey& key) const { return known_.contains(key); }
  /// Remembers a key; one that is known keeps its age.
  void insert(const EventKey& key);
  std::size_t size() const noexcept { return known_.size(); }

 private:
  std::size_t capacity_;
  std::vector<EventKey> order_;  // a ring once it is full
  std::size_t oldest_ = 0;
  EventKeySet known_;
};

}  // namespace llmgw::collector
