// SPDX-License-Identifier: MIT
// PURE: KeyTable: from the digest of what a client shows to the key that it is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "proxy/config/keys.hpp"

namespace llmgw::proxy {

/// An open hash table by the first eight bytes of the digests. Never changes but for when its keys
/// were used last; all workers look into the same one.
class KeyTable {
 public:
  /// `before`: the one whose place it takes; what is known of the last use of its keys is kept.
  explicit KeyTable(KeyListPointer keys, const KeyTable* before = nullptr);
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  /// The key of that digest, or null. How long it takes says nothing of the digests that it holds
  /// but for their first bytes, of which nobody can choose any without knowing the key.
  const KeySettings* find(const Sha256Digest& digest) const noexcept;
  /// Null if there is none of that name. Looks at all of them.
  const KeySettings* find_by_id(std::string_view id) const noexcept;

  std::span<const KeySettings> all() const noexcept { return *keys_; }
  /// No two tables of a process have the same one, whatever becomes of either.
  std::uint64_t generation() const noexcept { return generation_; }

  using Seconds = std::chrono::sys_seconds;
  /// `key`: of this table. A thread that notes a second again writes nothing.
  void note_use(const KeySettings& key, Seconds now) const noexcept {
    auto& last = last_used_[number_of(key)];
    const std::int64_t second = now.time_since_epoch().count();
    if (last.load(std::memory_order_relaxed) < second)
      last.store(second, std::memory_order_relaxed);
  }
  /// The epoch: never.
  Seconds last_use(const KeySettings& key) const noexcept {
    return Seconds(
        std::chrono::seconds(last_used_[number_of(key)].load(std::memory_order_relaxed)));
  }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  std::size_t number_of(const KeySettings& key) const noexcept {
    return static_cast<std::size_t>(&key - keys_->data());
  }
  std::size_t place_of(const Sha256Digest& digest) const noexcept;
  void keep_uses(const KeyTable& before) noexcept;

  const KeyListPointer keys_;
  std::vector<std::uint32_t> places_;  // numbers of keys; a power of two, at least twice as many
  std::unique_ptr<std::atomic<std::int64_t>[]> last_used_;
  const std::uint64_t generation_;
};

}  // namespace llmgw::proxy
