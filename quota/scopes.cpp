// SPDX-License-Identifier: MIT
// PURE: chains of scopes by hash. They grow at their heads by compare-and-swap, from any thread;
// only one thread takes scopes out of them.
#include "quota/scopes.hpp"

#include <algorithm>
#include <functional>

namespace llmgw::quota {
namespace {

/// What a chain holds of a name.
struct Found {
  Scope* same = nullptr;    // of that generation too
  Scope* latest = nullptr;  // of any
};

}  // namespace

Scopes::~Scopes() {
  for (Bucket& bucket : buckets_)
    for (Scope* each = bucket.load(); each != nullptr;)
      delete std::exchange(each, each->next_.load());
}

Scopes::Bucket& Scopes::bucket_of(std::string_view name) noexcept {
  return buckets_[std::hash<std::string_view>()(name) % bucket_count];
}

Scope* Scopes::use(std::string_view name, const RuleSet& set, Generation generation,
                   bool is_bounded) {
  Bucket& bucket = bucket_of(name);
  Scope* head = bucket.load(std::memory_order_acquire);
  for (;;) {
    Found found;
    for (Scope* each = head; each != nullptr; each = each->next_.load(std::memory_order_acquire)) {
      if (each->name() != name) continue;
      if (found.latest == nullptr) found.latest = each;
      if (each->generation() == generation && found.same == nullptr) found.same = each;
    }
    if (found.same != nullptr && found.same->use()) return found.same;
    // Also of one that is being forgotten: whatever was taken of it stays so.
    const auto rules = set.rules_in(name);
    auto made = std::make_unique<Scope>(std::string(name), generation, rules, found.latest);
    const std::size_t size = made->places().size();
    if (is_bounded && found.latest == nullptr && count() + size > most_balances) {
      is_full_.store(true, std::memory_order_relaxed);
      return nullptr;
    }
    (void)made->use();
    made->is_counted_ = is_bounded;
    made->next_.store(head, std::memory_order_relaxed);
    // That it is still the head means that nobody has added the same meanwhile.
    if (!bucket.compare_exchange_strong(head, made.get(), std::memory_order_acq_rel)) continue;
    if (is_bounded) balances_.fetch_add(size, std::memory_order_relaxed);
    return made.release();
  }
}

void Scopes::wake(Scope& scope) noexcept {
  if (scope.is_awake_.exchange(true, std::memory_order_acq_rel)) return;
  scope.next_awake_ = woken_.load(std::memory_order_relaxed);
  while (!woken_.compare_exchange_weak(scope.next_awake_, &scope, std::memory_order_release)) {
  }
}

void Scopes::renew(std::shared_ptr<const RuleSet> set, Generation generation) {
  set_ = std::move(set);
  generation_ = generation;
  for (Bucket& bucket : buckets_)
    for (Scope* each = bucket.load(std::memory_order_acquire); each != nullptr;
         each = each->next_.load(std::memory_order_acquire))
      each->adjust(set_->rules_in(each->name()));
}

void Scopes::look_after(Clock::time_point now) {
  wake_all();
  std::erase_if(awake_, [&](Scope* each) {
    const bool is_full = each->look_after(now);
    if (!is_full && each->generation() == generation_) return false;
    each->is_awake_.store(false, std::memory_order_release);
    return true;
  });
  const bool has_hurry = is_full_.exchange(false, std::memory_order_relaxed);
  const std::size_t step = (bucket_count + turns - 1) / turns;
  const std::size_t begin = has_hurry ? 0 : turn_ * step;
  const std::size_t end = has_hurry ? bucket_count : std::min(begin + step, bucket_count);
  for (std::size_t i = begin; i < end; ++i) look_after_bucket(buckets_[i], now);
  turn_ = (turn_ + 1) % turns;
}

void Scopes::wake_all() noexcept {
  Scope* each = woken_.exchange(nullptr, std::memory_order_acquire);
  while (each != nullptr) {
    awake_.push_back(each);
    each = std::exchange(each->next_awake_, nullptr);
  }
}

// Of those at rest: whoever took of one just as it was put to rest has not woken it.
void Scopes::look_after_bucket(Bucket& bucket, Clock::time_point now) {
  for (Scope* each = bucket.load(std::memory_order_acquire); each != nullptr;) {
    Scope& scope = *std::exchange(each, each->next_.load(std::memory_order_acquire));
    if (scope.generation() != generation_ && set_ != nullptr)
      scope.adjust(set_->rules_in(scope.name()));
    if (scope.is_awake()) continue;
    const bool is_full = scope.look_after(now);
    if (has_to_go(scope)) {
      unlink(bucket, scope);
    } else if (!is_full) {
      wake(scope);
    }
  }
}

// One of earlier settings is not needed once there is one of these, which shares its balances, or
// once nobody is under its rules any more.
bool Scopes::has_to_go(Scope& scope) {
  if (scope.generation() == generation_ || set_ == nullptr) return scope.forget();
  const bool has_rules = !set_->rules_in(scope.name()).empty();
  if (has_rules && !scope.forget()) {
    Scope* const successor = use(scope.name(), *set_, generation_, scope.is_counted_);
    if (successor == nullptr) return false;
    successor->leave();
    return scope.end();
  }
  return has_rules || scope.end();
}

void Scopes::unlink(Bucket& bucket, Scope& scope) noexcept {
  Scope* const next = scope.next_.load(std::memory_order_acquire);
  Scope* first = &scope;
  if (!bucket.compare_exchange_strong(first, next, std::memory_order_acq_rel)) {
    Scope* before = first;
    while (before->next_.load(std::memory_order_acquire) != &scope)
      before = before->next_.load(std::memory_order_acquire);
    before->next_.store(next, std::memory_order_release);
  }
  if (scope.is_counted_) balances_.fetch_sub(scope.places().size(), std::memory_order_relaxed);
  gone_.push_back(std::unique_ptr<Scope>(&scope));
}

}  // namespace llmgw::quota
