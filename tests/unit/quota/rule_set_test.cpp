// SPDX-License-Identifier: MIT
// Whom which rules are about, and whose balance they count.
#include "quota/rule_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace llmgw::quota {
namespace {

LimitRule rule(std::string id, Unit unit = Unit::requests) {
  return {.id = std::move(id), .unit = unit, .limit = 1, .burst = 1};
}

LimitSettings settings() {
  return {.plans = {{"standard", {rule("rpm"), rule("par", Unit::concurrency)}},
                    {"free", {rule("rpm")}},
                    {"batch", {rule("rpm")}}},
          .tenants = {{"team-a", "standard", {rule("month", Unit::usd)}},
                      {"team-b", "", {rule("tpm", Unit::tokens)}},
                      {"a/b", "standard", {}},
                      {"*", "free", {rule("own")}}}};
}

std::vector<std::string> balances(const std::vector<ScopedRule>& rules) {
  std::vector<std::string> names;
  for (const ScopedRule& each : rules) names.push_back(each.balance);
  return names;
}

using Names = std::vector<std::string>;

TEST(RuleSet, GivesATenantItsPlanAndItsOwn) {
  const RuleSet set(settings());
  EXPECT_EQ(balances(set.rules_of("team-a")),
            (Names{"t:team-a/par", "t:team-a/rpm", "t:team-a/month"}));
  EXPECT_EQ(balances(set.rules_of("team-b")), (Names{"t:team-b/rpm", "t:team-b/tpm"}));
}

TEST(RuleSet, GivesOthersWhatStandsUnderTheStarEachForItself) {
  const RuleSet set(settings());
  EXPECT_EQ(balances(set.rules_of("x")), (Names{"t:x/rpm", "t:x/own"}));
  EXPECT_EQ(balances(set.rules_of("y")), (Names{"t:y/rpm", "t:y/own"}));
}

TEST(RuleSet, GivesAKeyItsOwnAndItsPlan) {
  const RuleSet set(settings());
  KeyLimits key{.id = "k_1", .limits = {rule("day", Unit::usd), rule("k")}};
  EXPECT_EQ(balances(set.rules_of("team-a", &key)),
            (Names{"t:team-a/par", "k:k_1/k", "t:team-a/rpm", "k:k_1/day", "t:team-a/month"}));
  key.plan = "batch";
  EXPECT_EQ(balances(set.rules_of("team-a", &key)),
            (Names{"k:k_1/k", "t:team-a/batch:rpm", "k:k_1/day", "t:team-a/month"}));
  // The plan of the tenant is the same balance, whoever names it.
  key.plan = "standard";
  EXPECT_EQ(balances(set.rules_of("team-a", &key))[0], "t:team-a/par");
}

TEST(RuleSet, AsksKeyAndPlanWhatBecomesOfStreamsThatAreLeft) {
  using enum AbortBilling;
  LimitSettings said{.plans = {{"drained", {}, drain}, {"silent", {}}, {"waived", {}, waive}},
                     .tenants = {{"a", "drained"}, {"b", "silent"}, {"c"}, {"*", "waived"}}};
  const RuleSet set(std::move(said), {{.id = "own", .abort = estimate},
                                      {.id = "both", .plan = "waived", .abort = drain},
                                      {.id = "plan", .plan = "waived"},
                                      {.id = "silent", .plan = "silent"},
                                      {.id = "limits", .limits = {rule("r")}}});
  EXPECT_EQ(set.abort_billing_of("a", ""), drain);
  EXPECT_EQ(set.abort_billing_of("b", ""), std::nullopt);
  EXPECT_EQ(set.abort_billing_of("c", ""), waive);
  EXPECT_EQ(set.abort_billing_of("x", ""), waive);
  EXPECT_EQ(set.abort_billing_of("a", "own"), estimate);
  EXPECT_EQ(set.abort_billing_of("b", "both"), drain);
  EXPECT_EQ(set.abort_billing_of("a", "plan"), waive);
  EXPECT_EQ(set.abort_billing_of("a", "silent"), std::nullopt);
  EXPECT_EQ(set.abort_billing_of("a", "limits"), drain);
  EXPECT_EQ(set.abort_billing_of("a", "unknown"), drain);
  EXPECT_EQ(RuleSet({}).abort_billing_of("a", ""), std::nullopt);
}

TEST(RuleSet, CountsTheRulesOfAKey) {
  const RuleSet set(settings());
  KeyLimits key{.id = "k", .limits = {rule("a")}};
  EXPECT_EQ(set.most_rules_of(key, "team-a", false), 4U);
  EXPECT_EQ(set.most_rules_of(key, "a/b", false), 3U);
  EXPECT_EQ(set.most_rules_of(key, "a/b", true), 4U);
  key.plan = "free";
  EXPECT_EQ(set.most_rules_of(key, "a/b", true), 3U);
}

TEST(RuleSet, GivesNothingWhereNothingIsSaid) {
  const RuleSet set(LimitSettings{});
  EXPECT_TRUE(set.is_empty());
  EXPECT_TRUE(set.rules_of("x").empty());
  EXPECT_EQ(set.tenant("x"), nullptr);
  const RuleSet named({.tenants = {{"team-a", "", {rule("a")}}}});
  EXPECT_FALSE(named.is_empty());
  EXPECT_TRUE(named.rules_of("x").empty());
}

TEST(RuleSet, FindsTheRuleOfABalance) {
  const RuleSet set(settings());
  for (const std::string tenant : {"team-a", "team-b", "a/b", "x", "*"})
    for (const ScopedRule& each : set.rules_of(tenant))
      EXPECT_EQ(set.rule_of(each.balance), each.rule) << each.balance;
  const RuleSet keyed(settings(), {{.id = "k", .plan = "batch", .limits = {rule("own")}}});
  const KeyLimits* const key = keyed.key("k");
  ASSERT_NE(key, nullptr);
  for (const ScopedRule& each : keyed.rules_of("team-a", key))
    EXPECT_EQ(keyed.rule_of(each.balance), each.rule) << each.balance;
  EXPECT_EQ(keyed.key("other"), nullptr);
  for (const std::string_view name :
       {"", "t:", "t:team-a", "t:team-a/", "t:team-a/none", "t:team-a/none:rpm",
        "t:team-a/batch:none", "k:k_1/rpm", "x:team-a/rpm"})
    EXPECT_EQ(set.rule_of(name), nullptr) << name;
}

// A proxy makes names out of whom it serves, and the collector finds the rules behind them: by the
// same file, whatever tenants call themselves.
TEST(RuleSet, KnowsEachNameThatItMakes) {
  const RuleSet set(settings(), {{.id = "k", .plan = "batch", .limits = {rule("own")}},
                                 {.id = "a.b-c_1", .plan = "standard", .limits = {rule("x")}},
                                 {.id = "free", .plan = "free"}});
  for (const std::string tenant : {"", "/", ":", "a/", "a:", "a/b:c", "t:a/rpm", "k:k/own", "*",
                                   "team-a", "team-a/batch:", "a/b", "\"\\", "~!#"})
    for (const char* key : {"", "k", "a.b-c_1", "free"})
      for (const ScopedRule& each : set.rules_of(tenant, set.key(key))) {
        EXPECT_EQ(set.rule_of(each.balance), each.rule) << each.balance;
        const auto beside = set.rules_in(each.scope());
        EXPECT_EQ(std::count(beside.begin(), beside.end(), each.rule), 1) << each.balance;
      }
}

}  // namespace
}  // namespace llmgw::quota
