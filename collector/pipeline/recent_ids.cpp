// SPDX-License-Identifier: MIT
// A ring of keys in order of age beside a set of them.
#include "collector/pipeline/recent_ids.hpp"

namespace llmgw::collector {

void RecentIds::insert(const EventKey& key) {
  if (!known_.insert(key).second) return;
  if (order_.size() < capacity_) {
    order_.push_back(key);
    return;
  }
  known_.erase(order_[oldest_]);
  order_[oldest_] = key;
  oldest_ = (oldest_ + 1) % capacity_;
}

}  // namespace llmgw::collector
