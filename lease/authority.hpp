// SPDX-License-Identifier: MIT
// PURE: Authority: the one that lends: what each request of a proxy is answered.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "lease/bucket.hpp"
#include "lease/budget.hpp"
#include "lease/slots.hpp"

namespace llmgw::lease {

/// A limit of concurrency.
struct SlotTerms {
  Units capacity = 1;
};
/// A budget of calendar windows.
struct BudgetTerms {
  Units limit = 1;
  std::function<quota::Window(std::chrono::sys_seconds)> window_at = {};
};
/// What a rule of the configuration file says to who lends.
struct RuleTerms {
  std::variant<Rate, SlotTerms, BudgetTerms> kind;
  bool goes_on = true;  ///< proxies go on without the authority, and so may have spent meanwhile
};

/// Of one budget all that has changed and is not on disk yet.
struct LedgerChange {
  std::string rule;
  BudgetRow budget;
  std::vector<LotRow> lots;
  std::vector<std::string> forgotten;  ///< proxies whose lots are not kept any more
};

/// What one budget is restored from.
struct LedgerEntry {
  std::string rule;
  BudgetRow budget;
  std::vector<LotRow> lots;
};

/// What the authority's clock shows; calendar windows go by it, and nothing else.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

struct AuthorityOptions {
  std::string name;  ///< another one with each start
  Duration ttl{std::chrono::seconds(2)};
  bool has_ledger = false;  ///< else no budget is lent
};

/// For one thread. Time is told: `now` rises, `wall` may jump.
class Authority {
 public:
  /// One that says nothing for so long is not counted as alive; one that has nothing to say says so
  /// three times as often (Holders).
  static constexpr std::chrono::seconds life{30};

  /// The rule that an id stands for; nothing where there is none.
  using Rules = std::function<std::optional<RuleTerms>(std::string_view id)>;

  static constexpr std::size_t most_rules = 65'536;   ///< known at a time
  static constexpr std::size_t most_proxies = 4'096;  ///< alive at a time
  static constexpr std::size_t most_names = 65'536;   ///< of proxies, for two hours each

  /// Nothing but debt is granted for the first ttl: what another one lent before has run out then,
  /// or was announced.
  Authority(AuthorityOptions options, Rules rules, Instant now);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// Before the first request: what an earlier run wrote down.
  void restore(const std::vector<LedgerEntry>& entries, Instant now);

  enum class Refusal : std::uint8_t { late, too_many_proxies };
  struct Outcome {
    SyncAnswer answer;
    bool waits_for_ledger = false;  ///< it must not be sent before take_changes() is on disk
  };
  /// Views of the answer are those of the request, and the authority's name.
  boost::system::result<Outcome, Refusal> sync(const SyncRequest& request, Instant now,
                                               WallTime wall);

  /// All that is not on disk, to be written in one transaction.
  std::vector<LedgerChange> take_changes();
  /// It could not be written.
  void put_back(const std::vector<LedgerChange>& changes);
  /// In the answer to a request that waited for a write that failed: no budget's lot is lent.
  static void take_lots_out(SyncAnswer& answer);

  /// Other rules: what is known of a rule by its id is kept, cut to its new size.
  void set_rules(Rules rules, Duration ttl, Instant now);
  /// Now and then: ends leases, forgets who has gone and what is as if it had never been.
  void sweep(Instant now, WallTime wall);

  /// For metrics.
  struct Counts {
    std::size_t proxies = 0;
    std::size_t rules = 0;
    Units lent_slots = 0;
    Units lent_units = 0;  ///< of rates, whatever they count
  };
  Counts counts(Instant now) const;
  struct BudgetState {
    std::string_view rule;
    Units limit = 0;
    Units taken = 0;
  };
  std::vector<BudgetState> budgets() const;
  /// What one rule has for everybody, what is with proxies, and how much it may be together.
  struct RuleState {
    Units free = 0;
    Units lent = 0;
    Units most = 0;
  };
  std::optional<RuleState> state(std::string_view id) const;
  const std::string& name() const noexcept { return options_.name; }

 private:
  struct Proxy {
    std::string name;
    ProxyNumber number = 0;
    std::uint64_t seq = 0;
    Instant heard_at;
  };
  struct Rule {
    std::string_view id;
    std::variant<Bucket, Slots, Budget> state;
    RuleTerms terms;
    bool is_known = true;                // to the file
    std::set<ProxyNumber> unsaved = {};  // of a budget: whose lots are not on disk as they are
    std::set<std::string> forgotten = {};
    bool is_unsaved = false;  // and in the list of those
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class T>
  using ById = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  Proxy* proxy_of(std::string_view name);
  Proxy& add_proxy(std::string_view name, Instant now);
  Rule* rule_of(std::string_view id, Instant now);
  static void roll(const Rule& rule, Budget& budget, WallTime wall);
  std::variant<Bucket, Slots, Budget> make(const RuleTerms& terms) const;
  void change(Rule& rule, RuleTerms terms, Instant now);
  RuleAnswer answer(Rule& rule, const Proxy& proxy, const SyncRequest& request, const RuleAsk& ask,
                    Instant now, WallTime wall, bool& waits);
  bool lend_of_budget(Rule& rule, Budget& budget, const Proxy& proxy, const SyncRequest& request,
                      const RuleAsk& ask, Instant now, WallTime wall, RuleAnswer& made);
  void advance_budget(Rule& rule, Budget& budget, Instant now);
  void mark(Rule& rule);
  void restore_budget(Budget& budget, const LedgerEntry& entry, Instant now);
  void note_away(const SyncRequest& request, Instant now);
  bool is_idle(const Rule& rule) const;
  std::size_t alive(Instant now) const;
  void count_alive(Instant now);

  AuthorityOptions options_;
  Rules rules_;
  Instant filled_from_;     // buckets are as if they had been empty then
  Instant opens_at_;        // nothing is lent before, but what pays debt
  Instant opens_at_again_;  // the same for rules with which proxies go on, after all were away
  Instant heard_at_;        // of anybody
  Instant swept_at_;
  WallTime swept_wall_{};
  ById<Rule> by_id_;
  std::vector<Rule*> unsaved_;  // budgets; those are not forgotten meanwhile
  ById<LedgerEntry> dormant_;   // budgets of an earlier run that nobody has asked for
  ById<std::unique_ptr<Proxy>> proxies_;
  std::unordered_map<ProxyNumber, Proxy*> by_number_;
  ProxyNumber last_number_ = 0;
  std::size_t alive_ = 0;  // as it was then
  Instant counted_at_;
};

}  // namespace llmgw::lease
