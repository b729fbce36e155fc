// SPDX-License-Identifier: MIT
// PURE: Caller: the rules that somebody is under and their balances, as one thread has found them.
#pragma once

#include <array>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quota/limit_counts.hpp"
#include "quota/scopes.hpp"

namespace llmgw::quota {

/// What its thread goes by; outlives its callers.
struct CallerTerms {
  Scopes& scopes;
  LimitCounts& counts;
  DecisionCounts& decisions;
};

/// Belongs to the thread that made it. An exchange holds the one that it was admitted by, and
/// settles with its balances, whatever the settings say meanwhile.
class Caller final : public boost::intrusive_ref_counter<Caller, boost::thread_unsafe_counter> {
 public:
  using Pointer = boost::intrusive_ptr<Caller>;

  struct Entry {
    const LimitRule* rule = nullptr;
    Balance* balance = nullptr;
    Cell* cell = nullptr;
    RefillTerms terms = {};
    Lent* lent = nullptr;    ///< null: it is not lent
    Units keep = 0;          ///< what stays behind for others
    std::string label = {};  ///< what the rule is called where the tenant is named too
    DecisionAmounts decisions{};
  };

  /// `key`: of the set; null: no key, or one that says nothing of limits.
  Caller(const CallerTerms& terms, std::shared_ptr<const RuleSet> set, Generation generation,
         std::string_view tenant, const KeyLimits* key);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  std::string_view tenant() const noexcept { return tenant_; }
  const KeyLimits* key() const noexcept { return key_; }
  /// In the order of admission.
  std::span<Entry> entries() noexcept { return entries_; }
  std::span<const Entry> entries() const noexcept { return entries_; }
  /// Whether some rule is about what only the body tells.
  bool has_rules_of_body() const noexcept { return has_rules_of_body_; }
  /// Whether some rule is about models of certain names.
  bool has_rules_of_models() const noexcept { return has_rules_of_models_; }
  /// Whether some rule is about money.
  bool has_rules_of_money() const noexcept { return has_rules_of_money_; }
  /// Whether there was no room for balances of its own.
  bool is_shared() const noexcept { return is_shared_; }
  LimitCounts& counts() const noexcept { return terms_.counts; }

  /// To be called where something was taken.
  void wake_scopes() noexcept {
    for (Scope* each : scopes_)
      if (each != nullptr && !each->is_awake()) terms_.scopes.wake(*each);
  }
  /// Tells what was decided since it was called last.
  void tell_decisions();

 private:
  Scope* scope_of(const ScopedRule& rule);

  const CallerTerms terms_;
  const std::shared_ptr<const RuleSet> set_;
  const Generation generation_;
  const std::string tenant_;
  const KeyLimits* const key_;
  std::vector<Entry> entries_;
  std::array<Scope*, 3> scopes_{};  // of the key, the tenant, and the tenant under the key's plan
  bool has_rules_of_body_ = false;
  bool has_rules_of_models_ = false;
  bool has_rules_of_money_ = false;
  bool is_shared_ = false;
  bool is_named_ = false;
};

}  // namespace llmgw::quota
