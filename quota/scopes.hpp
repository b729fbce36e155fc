// SPDX-License-Identifier: MIT
// PURE: Scopes: all balances of a process, found and made by any thread without a lock.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "quota/rule_set.hpp"
#include "quota/scope.hpp"

namespace llmgw::quota {

/// Threads that serve requests find scopes and add some; one other thread looks after them and
/// takes them away. What it took away others may still be looking at, in the middle of a search: it
/// is destroyed once each of them has come to the end of what it was doing then (see collect()).
class Scopes {
 public:
  /// Of tenants that the file does not name; beyond them newcomers are to share one scope. Full
  /// balances are forgotten as soon as nobody works with them, so this is about what tenants have
  /// used.
  static constexpr std::size_t most_balances = 65'536;

  /// `is_lent`: all balances begin empty, and a collector lends what is taken of them.
  explicit Scopes(bool is_lent = false) noexcept : is_lent_(is_lent) {}
  Scopes(const Scopes&) = delete;
  Scopes& operator=(const Scopes&) = delete;
  ~Scopes();

  // Any thread.

  /// The scope of that name with the rules of the set, made where it is not there; used once more
  /// by whoever asks. `is_bounded`: of them there may be any number; null where there is no room.
  Scope* use(std::string_view name, const RuleSet& set, Generation generation, bool is_bounded);
  /// To be called where something was taken of a scope that was not awake.
  void wake(Scope& scope) noexcept;

  bool is_lent() const noexcept { return is_lent_; }
  std::size_t count() const noexcept { return balances_.load(std::memory_order_relaxed); }

  // The thread that looks after all.

  /// Goes by this set, before others do; it lives until it was replaced and they go by the next.
  void renew(std::shared_ptr<const RuleSet> set, Generation generation);
  /// One turn: refills what is not full, and looks at a part of the others: all of them within
  /// `turns` turns.
  void look_after(Clock::time_point now);
  static constexpr std::size_t turns = 20;

  /// Whether a scope of that name, of any generation, has this cell.
  bool has(std::string_view name, const Cell& cell) noexcept;

  /// What was taken away since the last call. To be destroyed when each thread that calls use() has
  /// ended what it was doing.
  std::vector<std::unique_ptr<Scope>> collect() { return std::exchange(gone_, {}); }

  /// Visits all that are there.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& bucket : buckets_)
      for (const Scope* each = bucket.load(std::memory_order_acquire); each != nullptr;
           each = each->next_.load(std::memory_order_acquire))
        visit(*each);
  }

 private:
  static constexpr std::size_t bucket_count = 16'384;
  using Bucket = std::atomic<Scope*>;

  Bucket& bucket_of(std::string_view name) noexcept;
  void look_after_bucket(Bucket& bucket, Clock::time_point now);
  bool has_to_go(Scope& scope);
  void unlink(Bucket& bucket, Scope& scope) noexcept;
  void wake_all() noexcept;

  const bool is_lent_;
  std::array<Bucket, bucket_count> buckets_{};
  std::atomic<std::size_t> balances_{0};  // of scopes of which there may be any number
  std::atomic<bool> is_full_{false};      // since the last turn there was no room for somebody
  std::atomic<Scope*> woken_{nullptr};

  // Of the thread that looks after all.
  std::shared_ptr<const RuleSet> set_;
  Generation generation_ = 0;
  std::size_t turn_ = 0;
  std::vector<Scope*> awake_;
  std::vector<std::unique_ptr<Scope>> gone_;
};

}  // namespace llmgw::quota
