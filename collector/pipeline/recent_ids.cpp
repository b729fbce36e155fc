// SPDX-License-Identifier: MIT
// Linear probing in tables that are at most half full.
#include "collector/pipeline/recent_ids.hpp"

#include <algorithm>
#include <utility>

namespace llmgw::collector {

std::size_t KeyTable::home(const EventKey& key) const noexcept {
  return static_cast<std::size_t>(hash_.of(key)) & (slots_.size() - 1);
}

// Where the key is, or the empty slot where it would be. There are slots.
std::size_t KeyTable::place(const EventKey& key) const noexcept {
  std::size_t at = home(key);
  while (!slots_[at].is_none() && slots_[at] != key) at = (at + 1) & (slots_.size() - 1);
  return at;
}

bool KeyTable::contains(const EventKey& key) const noexcept {
  return size_ != 0 && !slots_[place(key)].is_none();
}

bool KeyTable::insert(const EventKey& key) {
  if (2 * (size_ + 1) > slots_.size()) grow();
  EventKey& slot = slots_[place(key)];
  if (!slot.is_none()) return false;
  slot = key;
  ++size_;
  return true;
}

void KeyTable::grow() {
  constexpr std::size_t first_size = 1'024;
  decltype(slots_) before(std::max(first_size, slots_.size() * 2));
  std::swap(before, slots_);
  for (const EventKey& each : before) {
    if (!each.is_none()) slots_[place(each)] = each;
  }
}

// The keys behind the gap move up as long as the gap lies between their home and where they are
// (Knuth, The Art of Computer Programming 6.4, algorithm R).
bool KeyTable::erase(const EventKey& key) noexcept {
  if (!contains(key)) return false;
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = place(key);
  for (std::size_t at = (gap + 1) & mask; !slots_[at].is_none(); at = (at + 1) & mask) {
    const std::size_t distance_from_home = (at - home(slots_[at])) & mask;
    if (distance_from_home >= ((at - gap) & mask)) {
      slots_[gap] = slots_[at];
      gap = at;
    }
  }
  slots_[gap] = {};
  --size_;
  return true;
}

void KeyTable::prefetch(const EventKey& key) const noexcept {
  if (!slots_.empty()) __builtin_prefetch(&slots_[home(key)]);
}

void KeyTable::append_to(std::vector<EventKey>& keys) const {
  for (const EventKey& each : slots_) {
    if (!each.is_none()) keys.push_back(each);
  }
}

std::size_t KeyTable::probes() const noexcept {
  std::size_t sum = 0;
  for (std::size_t at = 0; at < slots_.size(); ++at) {
    if (!slots_[at].is_none()) sum += ((at - home(slots_[at])) & (slots_.size() - 1)) + 1;
  }
  return sum;
}

void KeyTable::clear() noexcept {
  std::fill(slots_.begin(), slots_.end(), EventKey{});
  size_ = 0;
}

bool RecentIds::insert(const EventKey& key) {
  if (old_.contains(key)) return false;
  if (young_.size() == least_) {
    if (young_.contains(key)) return false;
    std::swap(young_, old_);
    young_.clear();
  }
  return young_.insert(key);
}

void RecentIds::erase(const EventKey& key) noexcept {
  if (!young_.erase(key)) old_.erase(key);
}

std::vector<EventKey> RecentIds::keys() const {
  std::vector<EventKey> all;
  all.reserve(size());
  old_.append_to(all);
  young_.append_to(all);
  return all;
}

}  // namespace llmgw::collector
