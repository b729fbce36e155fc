// SPDX-License-Identifier: MIT
// Proxies, rules and the ledger, by whole requests.
#include "lease/authority.hpp"

#include <gtest/gtest.h>

namespace llmgw::lease {
namespace {

using namespace std::chrono_literals;

class LeaseAuthority : public testing::Test {
 protected:
  LeaseAuthority() { terms["t:a/rpm"] = {.kind = Rate{600, 1min, 100}}; }

  void make(bool has_ledger = true) {
    authority.emplace(
        AuthorityOptions{.name = "boot", .has_ledger = has_ledger},
        [this](std::string_view id) -> std::optional<RuleTerms> {
          const auto found = terms.find(id);
          if (found == terms.end()) return std::nullopt;
          return found->second;
        },
        now);
  }
  static RuleTerms budget(Units limit) {
    return {.kind = BudgetTerms{limit, [](std::chrono::sys_seconds at) {
                                  const auto begin = std::chrono::floor<std::chrono::days>(at);
                                  return quota::Window{begin, begin + std::chrono::days(1)};
                                }}};
  }
  RuleAnswer ask(std::string_view proxy, std::uint64_t seq, RuleAsk what) {
    SyncRequest request{.proxy = proxy, .seq = seq};
    request.rules.push_back(what);
    const auto outcome = authority->sync(request, now, wall);
    EXPECT_TRUE(outcome);
    waits = outcome->waits_for_ledger;
    return outcome->answer.rules.at(0);
  }

  std::map<std::string, RuleTerms, std::less<>> terms;
  Instant now{24h};
  WallTime wall{std::chrono::hours(24 * 365)};
  std::optional<Authority> authority;
  bool waits = false;
  std::uint64_t last_seq = 0;
  RuleAnswer last;
};

TEST_F(LeaseAuthority, LendsNothingForOneLeaseAfterItsStart) {
  make();
  EXPECT_EQ(ask("p", 1, {.id = "t:a/rpm", .pending = 1}).retry, 2'020);
  now += 2'020ms;
  EXPECT_EQ(ask("p", 2, {.id = "t:a/rpm", .pending = 1}).grant, 0);  // and begins empty
  now += 100ms;
  EXPECT_EQ(ask("p", 3, {.id = "t:a/rpm", .pending = 1}).grant, 1);
  now += 1h;
  terms["t:b/rpm"] = terms["t:a/rpm"];
  EXPECT_EQ(ask("p", 4, {.id = "t:b/rpm", .pending = 100}).grant, 100);
}

TEST_F(LeaseAuthority, DropsWhatIsNotNewer) {
  make();
  ask("p", 5, {.id = "t:a/rpm"});
  for (const std::uint64_t seq : {5u, 4u}) {
    const auto outcome = authority->sync({.proxy = "p", .seq = seq}, now, wall);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error(), Authority::Refusal::late);
  }
  EXPECT_TRUE(authority->sync({.proxy = "q", .seq = 1}, now, wall));
}

TEST_F(LeaseAuthority, TellsWhoItIsAndHowManyThereAre) {
  make();
  for (const std::string_view proxy : {"p", "q", "r"})
    authority->sync({.proxy = proxy, .seq = 1}, now, wall);
  now += 200ms;
  const SyncRequest request{.proxy = "p", .seq = 2};
  const auto outcome = authority->sync(request, now, wall);
  EXPECT_EQ(outcome->answer.authority, "boot");
  EXPECT_EQ(outcome->answer.seq, 2u);
  EXPECT_EQ(outcome->answer.ttl, 2'000);
  EXPECT_EQ(outcome->answer.proxies, 3u);
  SyncRequest bye{.proxy = "q", .seq = 2};
  bye.is_leaving = true;
  EXPECT_EQ(authority->sync(bye, now, wall)->answer.proxies, 2u);
  now += 1min;
  EXPECT_EQ(authority->counts(now).proxies, 0u);
}

TEST_F(LeaseAuthority, SaysWhatItDoesNotKnow) {
  make();
  EXPECT_TRUE(ask("p", 1, {.id = "t:other/rpm", .pending = 1}).is_unknown);
  EXPECT_EQ(authority->counts(now).rules, 0u);
}

TEST_F(LeaseAuthority, TakesAtMostSoManyProxies) {
  make();
  for (std::size_t i = 0; i < Authority::most_proxies; ++i) {
    const std::string name = "p" + std::to_string(i);
    ASSERT_TRUE(authority->sync({.proxy = name, .seq = 1}, now, wall));
  }
  const auto outcome = authority->sync({.proxy = "one more", .seq = 1}, now, wall);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error(), Authority::Refusal::too_many_proxies);
  now += 1min;
  EXPECT_TRUE(authority->sync({.proxy = "one more", .seq = 1}, now, wall));
}

TEST_F(LeaseAuthority, ForgetsRulesThatAreAsIfTheyHadNeverBeen) {
  make();
  now += 1h;
  ask("p", 1, {.id = "t:a/rpm", .pending = 1});
  authority->sweep(now, wall);
  EXPECT_EQ(authority->counts(now).rules, 1u);
  now += 2min;
  authority->sweep(now, wall);
  EXPECT_EQ(authority->counts(now).rules, 0u);
}

TEST_F(LeaseAuthority, TakesAtMostSoManyRules) {
  terms.clear();
  authority.emplace(
      AuthorityOptions{.name = "boot"},
      [](std::string_view) {
        return RuleTerms{.kind = Rate{600, 1min, 100}};
      },
      now);
  now += 1h;
  const auto ask_many = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      const std::string id = "t:" + std::to_string(i) + "/rpm";
      SyncRequest request{.proxy = "p", .seq = ++last_seq};
      request.rules.push_back({.id = id, .pending = 1});
      last = authority->sync(request, now, wall)->answer.rules[0];
    }
  };
  ask_many(0, Authority::most_rules);
  EXPECT_EQ(last.grant, 1);
  ask_many(70'000, 70'001);
  EXPECT_TRUE(last.is_unknown);
  now += 5min;  // those are full again, and nobody has anything of them
  ask_many(70'000, 70'001);
  EXPECT_EQ(last.grant, 1);
  EXPECT_EQ(authority->counts(now).rules, 1u);
}

TEST_F(LeaseAuthority, WaitsForAllWhenAllWereAway) {
  make();
  now += 1h;
  ask("p", 1, {.id = "t:a/rpm"});
  SyncRequest back{.proxy = "p", .seq = 2};
  back.was_away = true;
  back.rules.push_back({.id = "t:a/rpm", .used = 30, .pending = 1});
  now += 500ms;
  EXPECT_EQ(authority->sync(back, now, wall)->answer.rules[0].grant, 31);  // others were heard
  now += 1s;
  back.seq = 3;
  back.rules[0] = {.id = "t:a/rpm", .got = 31, .used = 61, .pending = 1};
  const RuleAnswer answer = authority->sync(back, now, wall)->answer.rules[0];
  EXPECT_EQ(answer.grant, 30);
  EXPECT_EQ(answer.retry, 2'020);
  terms["t:closed/rpm"] = {.kind = Rate{600, 1min, 100}, .goes_on = false};
  EXPECT_EQ(ask("q", 1, {.id = "t:closed/rpm", .pending = 1}).grant, 1);
  EXPECT_EQ(ask("q", 2, {.id = "t:a/rpm", .pending = 1}).grant, 0);
  now += 2'020ms;
  EXPECT_EQ(ask("q", 3, {.id = "t:a/rpm", .pending = 1}).grant, 1);
}

TEST_F(LeaseAuthority, KeepsWhatIsKnownOfARuleWhoseSizeChanges) {
  make();
  now += 1h;
  ask("p", 1, {.id = "t:a/rpm", .pending = 60});
  terms["t:a/rpm"] = {.kind = Rate{60, 1min, 50}};
  const auto rules = [this](std::string_view id) -> std::optional<RuleTerms> {
    const auto found = terms.find(id);
    return found == terms.end() ? std::nullopt : std::optional(found->second);
  };
  authority->set_rules(rules, 2s, now);
  EXPECT_EQ(authority->state("t:a/rpm")->free, -10);
  EXPECT_EQ(authority->state("t:a/rpm")->most, 50);
  terms.clear();
  authority->set_rules(rules, 2s, now);
  EXPECT_TRUE(ask("p", 2, {.id = "t:a/rpm", .got = 60, .pending = 1}).is_unknown);
  terms["t:a/rpm"] = {.kind = SlotTerms{7}};
  authority->set_rules(rules, 2s, now);
  EXPECT_EQ(ask("q", 1, {.id = "t:a/rpm", .pending = 7}).grant, 7);
}

TEST_F(LeaseAuthority, ARuleOrAProxyThatIsGoneIsForgotten) {
  make();
  now += 1h;
  ask("p", 1, {.id = "t:a/rpm", .pending = 60});
  ask("p", 2, {.id = "t:a/rpm", .got = 60, .used = 50, .back = 10, .is_gone = true});
  EXPECT_EQ(ask("p", 3, {.id = "t:a/rpm", .pending = 50}).grant, 50);  // its totals begin anew
}

TEST_F(LeaseAuthority, BudgetsNeedALedger) {
  make(false);
  terms["t:a/day"] = budget(1'000);
  const RuleAnswer answer = ask("p", 1, {.id = "t:a/day", .pending = 5});
  EXPECT_TRUE(answer.is_refused);
  EXPECT_EQ(answer.grant, 0);
  EXPECT_FALSE(waits);
}

TEST_F(LeaseAuthority, ALotIsWrittenDownBeforeItIsTold) {
  make();
  terms["t:a/day"] = budget(1'000);
  const RuleAnswer answer = ask("p", 1, {.id = "t:a/day", .pending = 5});
  EXPECT_EQ(answer.grant, 5);
  EXPECT_TRUE(waits);
  EXPECT_EQ(answer.reset, 86'400'000);
  EXPECT_EQ(answer.period, wall.time_since_epoch().count() / 1'000);
  const auto changes = authority->take_changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].rule, "t:a/day");
  EXPECT_EQ(changes[0].budget.taken, 5);
  ASSERT_EQ(changes[0].lots.size(), 1u);
  EXPECT_EQ(changes[0].lots[0].proxy, "p");
  EXPECT_EQ(changes[0].lots[0].granted, 5);
  EXPECT_TRUE(authority->take_changes().empty());
  ask("p", 2, {.id = "t:a/day", .got = 5, .used = 5});
  EXPECT_FALSE(waits);  // nothing was lent
}

TEST_F(LeaseAuthority, WhatCouldNotBeWrittenIsWrittenWithTheNext) {
  make();
  terms["t:a/day"] = budget(1'000);
  SyncRequest request{.proxy = "p", .seq = 1};
  request.rules.push_back({.id = "t:a/day", .pending = 5});
  request.rules.push_back({.id = "t:a/rpm", .used = 3});
  auto outcome = authority->sync(request, now, wall);
  authority->put_back(authority->take_changes());
  Authority::take_lots_out(outcome->answer);
  EXPECT_TRUE(outcome->answer.rules[0].is_refused);
  EXPECT_EQ(outcome->answer.rules[0].grant, 0);
  EXPECT_EQ(outcome->answer.rules[1].grant, 3);
  ask("q", 1, {.id = "t:a/day", .pending = 7});
  const auto changes = authority->take_changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].lots.size(), 2u);
  EXPECT_EQ(changes[0].budget.taken, 12);
  ask("p", 2, {.id = "t:a/day"});  // it never had them
  EXPECT_EQ(authority->budgets()[0].taken, 7);
}

TEST_F(LeaseAuthority, ALeaseEndsWithItsWindow) {
  make();
  terms["t:a/day"] = budget(1'000);
  wall += 24h - 1'500ms;
  const RuleAnswer answer = ask("p", 1, {.id = "t:a/day", .pending = 5});
  EXPECT_EQ(answer.ttl, 1'500);
  wall += 1'500ms;
  EXPECT_EQ(ask("p", 2, {.id = "t:a/day", .got = 5, .back = 5, .pending = 1'000}).grant, 1'000);
  wall -= 1h;  // the clock is set back
  EXPECT_EQ(ask("q", 1, {.id = "t:a/day", .pending = 1}).grant, 0);
}

TEST_F(LeaseAuthority, GoesOnFromItsLedger) {
  make();
  terms["t:a/day"] = budget(1'000);
  ask("p", 7, {.id = "t:a/day", .pending = 400});
  const auto changes = authority->take_changes();
  make();
  std::vector<LedgerEntry> entries{{changes[0].rule, changes[0].budget, changes[0].lots},
                                   {"t:gone/day", {}, {}}};
  authority->restore(entries, now);
  EXPECT_EQ(authority->budgets().size(), 1u);
  EXPECT_EQ(ask("q", 1, {.id = "t:a/day", .pending = 601}).grant, 0);
  EXPECT_FALSE(authority->sync({.proxy = "p", .seq = 7}, now, wall));  // sent before
  ask("p", 8, {.id = "t:a/day", .got = 400, .used = 100, .back = 300});
  EXPECT_EQ(ask("q", 2, {.id = "t:a/day", .pending = 900}).grant, 900);
  terms["t:gone/day"] = budget(50);
  EXPECT_EQ(ask("q", 3, {.id = "t:gone/day", .pending = 50}).grant, 50);
}

TEST_F(LeaseAuthority, ABudgetOfAnOldWindowIsForgotten) {
  make();
  terms["t:a/day"] = budget(1'000);
  ask("p", 1, {.id = "t:a/day", .pending = 400});
  authority->take_changes();
  now += 2h;
  authority->sweep(now, wall);
  authority->take_changes();
  EXPECT_EQ(authority->counts(now).rules, 1u);
  wall += 24h;
  authority->sweep(now, wall);
  EXPECT_EQ(authority->counts(now).rules, 0u);
  EXPECT_EQ(ask("q", 1, {.id = "t:a/day", .pending = 1'000}).grant, 1'000);
}

TEST_F(LeaseAuthority, LotsOfProxiesLongSilentLeaveTheLedger) {
  make();
  terms["t:a/day"] = budget(1'000);
  ask("p", 1, {.id = "t:a/day", .pending = 400});
  authority->take_changes();
  now += 90min;
  authority->sweep(now, wall);
  const auto changes = authority->take_changes();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].forgotten, std::vector<std::string>{"p"});
  EXPECT_EQ(changes[0].budget.taken, 400);
  now += 90min;
  authority->sweep(now, wall);
  EXPECT_TRUE(authority->sync({.proxy = "p", .seq = 1}, now, wall));  // nobody remembers it
}

}  // namespace
}  // namespace llmgw::lease
