// SPDX-License-Identifier: MIT
// Linear probing in tables that are at most half full.
#include "collector/sinks/ndjson/recent_ids.hpp"

#include <algorithm>
#include <utility>

namespace llmgw::collector {

// Where the key is, or the empty slot where it would be. There are slots.
std::size_t KeyTable::place(const EventKey& key, std::uint64_t hash) const noexcept {
  std::size_t at = home(hash);
  while (!slots_[at].is_none() && slots_[at] != key) at = (at + 1) & (slots_.size() - 1);
  return at;
}

bool KeyTable::contains(const EventKey& key, std::uint64_t hash) const noexcept {
  return size_ != 0 && !slots_[place(key, hash)].is_none();
}

bool KeyTable::insert(const EventKey& key, std::uint64_t hash) {
  if (2 * (size_ + 1) > slots_.size()) grow();
  EventKey& slot = slots_[place(key, hash)];
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
    if (!each.is_none()) slots_[place(each, hash_.of(each))] = each;
  }
}

// The keys behind the gap move up as long as the gap lies between their home and where they are
// (Knuth, The Art of Computer Programming 6.4, algorithm R).
bool KeyTable::erase(const EventKey& key, std::uint64_t hash) noexcept {
  if (!contains(key, hash)) return false;
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = place(key, hash);
  for (std::size_t at = (gap + 1) & mask; !slots_[at].is_none(); at = (at + 1) & mask) {
    const std::size_t distance_from_home = (at - home(hash_.of(slots_[at]))) & mask;
    if (distance_from_home >= ((at - gap) & mask)) {
      slots_[gap] = slots_[at];
      gap = at;
    }
  }
  slots_[gap] = {};
  --size_;
  return true;
}

void KeyTable::prefetch(std::uint64_t hash) const noexcept {
  if (!slots_.empty()) __builtin_prefetch(&slots_[home(hash)]);
}

void KeyTable::append_to(std::vector<EventKey>& keys) const {
  for (const EventKey& each : slots_) {
    if (!each.is_none()) keys.push_back(each);
  }
}

std::size_t KeyTable::probes() const noexcept {
  std::size_t sum = 0;
  for (std::size_t at = 0; at < slots_.size(); ++at) {
    if (!slots_[at].is_none()) sum += ((at - home(hash_.of(slots_[at]))) & (slots_.size() - 1)) + 1;
  }
  return sum;
}

void KeyTable::clear() noexcept {
  std::fill(slots_.begin(), slots_.end(), EventKey{});
  size_ = 0;
}

bool RecentIds::insert(const EventKey& key) {
  const std::uint64_t hash = young_.hash(key);
  if (old_.contains(key, hash)) return false;
  if (young_.size() == least_) {
    if (young_.contains(key, hash)) return false;
    std::swap(young_, old_);
    young_.clear();
  }
  return young_.insert(key, hash);
}

void RecentIds::erase(const EventKey& key) noexcept {
  const std::uint64_t hash = young_.hash(key);
  if (!young_.erase(key, hash)) old_.erase(key, hash);
}

std::vector<EventKey> RecentIds::keys() const {
  std::vector<EventKey> all;
  all.reserve(size());
  old_.append_to(all);
  young_.append_to(all);
  return all;
}

}  // namespace llmgw::collector
