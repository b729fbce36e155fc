// SPDX-License-Identifier: MIT
// PURE: the ids of the events stored last, so that one sent again is not stored again.
#pragma once

#include <vector>

#include "collector/sinks/event_key.hpp"
#include "collector/sinks/ndjson/huge_pages.hpp"
#include "collector/sinks/ndjson/sip_hash.hpp"

namespace llmgw::collector {

/// A flat set of keys with open addressing: 32 bytes a key at most once it has grown.
class KeyTable {
 public:
  /// Where a key has its place follows from the secret too: ids come from strangers, who must not
  /// be able to choose them so that all look for the same place.
  explicit KeyTable(const HashSecret& secret) noexcept : hash_(secret) {}

  /// What the other methods want with a key; the same for tables of one secret.
  std::uint64_t hash(const EventKey& key) const noexcept { return hash_.of(key); }

  bool contains(const EventKey& key, std::uint64_t hash) const noexcept;
  /// The key is not none. False if it was in it.
  bool insert(const EventKey& key, std::uint64_t hash);
  bool erase(const EventKey& key, std::uint64_t hash) noexcept;
  /// Brings the memory where a key would be closer.
  void prefetch(std::uint64_t hash) const noexcept;
  void append_to(std::vector<EventKey>& keys) const;
  void clear() noexcept;
  std::size_t size() const noexcept { return size_; }
  /// Slots that are looked at to find each key once: at best as many as there are keys.
  std::size_t probes() const noexcept;

 private:
  std::size_t home(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash) & (slots_.size() - 1);
  }
  std::size_t place(const EventKey& key, std::uint64_t hash) const noexcept;
  void grow();

  SipHash hash_;
  std::vector<EventKey, HugePageAllocator<EventKey>>
      slots_;  // none: empty; a power of two of them, at most half of them full
  std::size_t size_ = 0;
};

/// Remembers at least the last `least` keys and at most twice as many: two generations, of which
/// the older one is forgotten as a whole when the younger one is full. So nothing is ever moved to
/// make room, and no order has to be kept.
class RecentIds {
 public:
  /// `least` is 1 at least.
  RecentIds(std::size_t least, const HashSecret& secret)
      : least_(least), young_(secret), old_(secret) {}

  bool contains(const EventKey& key) const noexcept {
    const std::uint64_t hash = young_.hash(key);
    return young_.contains(key, hash) || old_.contains(key, hash);
  }
  /// Remembers a key that is not none. False if it is known; it keeps its age then.
  bool insert(const EventKey& key);
  /// Takes back an insert().
  void erase(const EventKey& key) noexcept;
  void prefetch(const EventKey& key) const noexcept {
    const std::uint64_t hash = young_.hash(key);
    young_.prefetch(hash);
    old_.prefetch(hash);
  }
  /// All keys; given to insert() in this order they make the same set again.
  std::vector<EventKey> keys() const;
  std::size_t size() const noexcept { return young_.size() + old_.size(); }
  std::size_t probes() const noexcept { return young_.probes() + old_.probes(); }

 private:
  std::size_t least_;
  KeyTable young_;
  KeyTable old_;
};

}  // namespace llmgw::collector
