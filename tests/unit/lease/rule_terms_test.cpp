// SPDX-License-Identifier: MIT
// Each kind of rule, for who lends it and for who holds it.
#include "lease/rule_terms.hpp"

#include <gtest/gtest.h>

namespace llmgw::lease {
namespace {

using namespace std::chrono_literals;
using quota::LimitRule;

TEST(LeaseRuleTerms, OfARate) {
  const LimitRule rule{.limit = 600,
                       .burst = 100,
                       .period = {quota::Period::Kind::rolling, 1min},
                       .on_outage = quota::OnOutage::closed};
  const auto terms = rule_terms(rule);
  ASSERT_TRUE(terms);
  EXPECT_FALSE(terms->goes_on);
  EXPECT_EQ(std::get<Rate>(terms->kind), (Rate{600, 1min, 100}));
  const HolderTerms held = holder_terms(rule, {});
  EXPECT_EQ(held.kind, HolderTerms::Kind::rate);
  EXPECT_EQ(held.limit, 600);
  EXPECT_EQ(held.burst, 100);
  EXPECT_EQ(held.period, 1min);
  EXPECT_EQ(held.on_outage, OnOutage::closed);
}

TEST(LeaseRuleTerms, OfConcurrency) {
  const LimitRule rule{.unit = quota::Unit::concurrency, .limit = 50, .burst = 50};
  EXPECT_EQ(std::get<SlotTerms>(rule_terms(rule)->kind).capacity, 50);
  EXPECT_TRUE(rule_terms(rule)->goes_on);
  EXPECT_EQ(holder_terms(rule, {}).kind, HolderTerms::Kind::slots);
}

TEST(LeaseRuleTerms, OfABudget) {
  const LimitRule rule{.unit = quota::Unit::usd,
                       .limit = 25'000'000'000,
                       .period = {quota::Period::Kind::month, {}, "Europe/Berlin"},
                       .on_outage = quota::OnOutage::allowance};
  const auto terms = rule_terms(rule);
  ASSERT_TRUE(terms);
  const auto& budget = std::get<BudgetTerms>(terms->kind);
  EXPECT_EQ(budget.limit, 25'000'000'000);
  const auto at = std::chrono::sys_days(std::chrono::year(2026) / 12 / 24);
  const quota::Window window = budget.window_at(at);
  EXPECT_EQ(window.begin, std::chrono::sys_days(std::chrono::year(2026) / 11 / 30) + 23h);
  EXPECT_EQ(window.end, std::chrono::sys_days(std::chrono::year(2026) / 12 / 31) + 23h);
  const HolderTerms held = holder_terms(rule, {});
  EXPECT_EQ(held.kind, HolderTerms::Kind::budget);
  EXPECT_EQ(held.allowance, 500'000'000);
}

TEST(LeaseRuleTerms, OfEachCalendar) {
  using Kind = quota::Period::Kind;
  const auto length = [](Kind kind) {
    const LimitRule rule{.limit = 1, .period = {kind, {}, ""}};
    const auto window = std::get<BudgetTerms>(rule_terms(rule)->kind).window_at({});
    return window.end - window.begin;
  };
  EXPECT_EQ(length(Kind::day), 24h);
  EXPECT_EQ(length(Kind::week), 7 * 24h);
  EXPECT_EQ(length(Kind::month), 31 * 24h);
  EXPECT_FALSE(rule_terms({.limit = 1, .period = {Kind::day, {}, "Nowhere/At_all"}}));
}

TEST(LeaseRuleTerms, AreBounded) {
  const LimitRule rule{.limit = std::numeric_limits<Units>::max(),
                       .burst = std::numeric_limits<Units>::max(),
                       .period = {quota::Period::Kind::rolling, 0ns}};
  const Rate rate = std::get<Rate>(rule_terms(rule)->kind);
  EXPECT_EQ(rate.limit, Units{1} << 50);
  EXPECT_EQ(rate.period, 1ns);
}

}  // namespace
}  // namespace llmgw::lease
