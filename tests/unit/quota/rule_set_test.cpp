// SPDX-License-Identifier: MIT
// Whom which rules are about, and whose balance they count.
#include "quota/rule_set.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace llmgw::quota
