// SPDX-License-Identifier: MIT
// Plans, tenants and defaults: what they may say, and what is said of what they may not.
#include "quota/limit_sections.hpp"

#include <gtest/gtest.h>

#include "tests/unit/quota/read_limits.hpp"

namespace llmgw::quota {
namespace {

using namespace std::chrono_literals;

// One rule of a plan, read.
LimitRule rule(const std::string& text, const std::string& more = "") {
  const ReadLimits read = read_limits_of("plans: {p: [{" + text + "}]}\n" + more);
  EXPECT_EQ(read.faults, std::vector<std::string>{}) << text;
  if (read.settings.plans.size() != 1 || read.settings.plans[0].limits.size() != 1) return {};
  return read.settings.plans[0].limits[0];
}

std::string fault(const std::string& text) {
  const ReadLimits read = read_limits_of("plans: {p: [{" + text + "}]}\n");
  return read.faults.empty() ? std::string() : read.faults.front();
}

TEST(LimitSections, ReadTheExampleOfTheDocs) {
  const ReadLimits read = read_limits_of(R"(
plans:
  standard:
    - {id: rpm,  unit: requests,    limit: 600,    per: 1m, burst: 100}
    - {id: tpm,  unit: tokens,      limit: 200000, per: 1m, reserve: learned}
    - {id: par,  unit: concurrency, limit: 50}
    - {id: day,  unit: usd,         limit: 25.00,  per: day, timezone: UTC, on_outage: allowance}
    - {id: o3,   unit: requests,    limit: 10,     per: 1m, models: ["o3*"]}
  free:
    - {id: rpm, unit: requests, limit: 20, per: 1m}
tenants:
  team-a: {plan: standard, limits: [{id: month, unit: usd, limit: 500, per: month}]}
  "*":    {plan: free}
defaults: {on_outage: closed, reserve: none, lease_ttl: 5s, outage_allowance: 0.5%}
)");
  ASSERT_EQ(read.faults, std::vector<std::string>{});
  const LimitSettings& settings = read.settings;
  ASSERT_EQ(settings.plans.size(), 2U);
  const auto& rules = settings.plans[0].limits;
  ASSERT_EQ(rules.size(), 5U);
  EXPECT_EQ(rules[0], (LimitRule{.id = "rpm",
                                 .unit = Unit::requests,
                                 .limit = 600,
                                 .burst = 100,
                                 .period = {Period::Kind::rolling, 1min, {}},
                                 .reserve = Reserve::none,
                                 .on_outage = OnOutage::closed}));
  EXPECT_EQ(rules[1].burst, 200'000);
  EXPECT_EQ(rules[1].reserve, Reserve::learned);
  EXPECT_EQ(rules[2].period.kind, Period::Kind::none);
  EXPECT_EQ(rules[2].burst, 50);
  EXPECT_EQ(rules[3].limit, 25'000'000'000);
  EXPECT_EQ(rules[3].period, (Period{Period::Kind::day, {}, "UTC"}));
  EXPECT_EQ(rules[3].on_outage, OnOutage::allowance);
  EXPECT_EQ(rules[4].models, std::vector<std::string>{"o3*"});
  EXPECT_EQ(rules[4].burst, 1);
  EXPECT_EQ(settings.plans[1].limits[0].burst, 3);
  ASSERT_EQ(settings.tenants.size(), 2U);
  EXPECT_EQ(settings.tenants[0].plan, "standard");
  EXPECT_EQ(settings.tenants[0].limits[0].on_outage, OnOutage::allowance);
  EXPECT_EQ(settings.tenants[1].name, "*");
  EXPECT_EQ(settings.defaults.lease_ttl, 5s);
  EXPECT_EQ(settings.defaults.outage_allowance, Share(5'000));
}

TEST(LimitSections, TakeAPlanThatSaysMore) {
  const ReadLimits read = read_limits_of(R"(
plans:
  whole: {limits: [{unit: requests, limit: 6, per: 1m}], abort: drain}
  free: {abort: void}
  list: [{unit: requests, limit: 6, per: 1m}]
  none: {}
tenants: {t: {plan: free}}
)");
  ASSERT_EQ(read.faults, std::vector<std::string>{});
  const auto& plans = read.settings.plans;
  ASSERT_EQ(plans.size(), 4U);
  EXPECT_EQ(plans[0].limits.size(), 1U);
  EXPECT_EQ(plans[0].abort, AbortBilling::drain);
  EXPECT_TRUE(plans[1].limits.empty());
  EXPECT_EQ(plans[1].abort, AbortBilling::waive);
  EXPECT_EQ(plans[2].limits, plans[0].limits);
  EXPECT_EQ(plans[2].abort, std::nullopt);
  EXPECT_EQ(plans[3].abort, std::nullopt);
}

TEST(LimitSections, RefuseAPlanThatIsNeither) {
  for (const auto& [plan, reason] : std::vector<std::pair<std::string, std::string>>{
           {"{abort: refund}", "abort=\"refund\": not estimate, drain or void"},
           {"{limits: []}", "limits: holds 0; accepted are 1 to 8"},
           {"{limit: []}", "`limit` is not known here; accepted are limits and abort"},
           {"drain", "is a value; accepted is a list of 1 to 8; or an object of limits and abort"},
           {"[]", "holds 0; accepted are 1 to 8"}}) {
    const ReadLimits read = read_limits_of("plans: {p: " + plan + "}");
    ASSERT_EQ(read.faults.size(), 1U) << plan;
    EXPECT_NE(read.faults[0].find(reason), std::string::npos) << read.faults[0];
  }
}

TEST(LimitSections, HaveDefaults) {
  const LimitSettings settings = read_limits_of("{}").settings;
  EXPECT_EQ(settings.defaults.on_outage, OnOutage::share);
  EXPECT_EQ(settings.defaults.reserve, Reserve::learned);
  EXPECT_EQ(settings.defaults.lease_ttl, 2s);
  EXPECT_EQ(settings.defaults.outage_allowance, Share(20'000));
}

TEST(LimitSections, GiveARuleItsName) {
  EXPECT_EQ(rule("unit: requests, limit: 6, per: 1m").id, "requests-1m");
  EXPECT_EQ(rule("unit: requests, limit: 6, per: 90m").id, "requests-1h30m");
  EXPECT_EQ(rule("unit: usd, limit: 6, per: month").id, "usd-month");
  EXPECT_EQ(rule("unit: concurrency, limit: 6").id, "concurrency");
  EXPECT_EQ(fault("unit: output_tokens, limit: 6, per: 1h2m3s4ms5us6ns"), "");
}

TEST(LimitSections, CountMoneyInBillionths) {
  EXPECT_EQ(rule("unit: usd, limit: 0.000001, per: 1h").limit, 1'000);
  EXPECT_EQ(rule("unit: usd, limit: 1000000000, per: 1h").limit, 1'000'000'000'000'000'000);
  EXPECT_EQ(rule("unit: usd, limit: 10, per: 1h, burst: 0.5").burst, 500'000'000);
}

TEST(LimitSections, TakeFloorsAndModes) {
  const LimitRule read = rule("unit: requests, limit: 100, per: 24h, floor: 0.3, mode: observe");
  EXPECT_EQ(read.floor, Share(300'000));
  EXPECT_EQ(read.floor.of(read.burst), 4);
  EXPECT_EQ(read.mode, RuleMode::observe);
  EXPECT_EQ(read.period.length, 24h);
}

TEST(LimitSections, RefuseWhatMeansNothing) {
  const std::string minute = "unit: requests, per: 1m, ";
  for (const auto& [text, reason] : std::vector<std::pair<std::string, std::string>>{
           {minute + "limit: 0", "limit=\"0\": not a number, 0.000001 to 10000000000000"},
           {minute + "limit: -1", "limit=\"-1\": not a number"},
           {minute + "limit: \"5\"", "limit=\"5\": not a number"},
           {minute + "limit: 1e3", "limit=\"1e3\": not a number"},
           {minute + "limit: 1.5", "limit=\"1.5\": only usd may have a point"},
           {minute + "limit: 5, burst: 1.5", "burst=\"1.5\": only usd may have a point"},
           {minute + "limit: 5, id: RPM", "id: not 1 to 32 of a-z"},
           {minute + "limit: 5, extra: 1", "`extra` is not known here"},
           {minute + "limit: 5, timezone: UTC", "timezone=\"UTC\": only a day, week or month"},
           {minute + "limit: 5, reserve: none", "reserve=\"none\": what one takes of this unit"},
           {minute + "limit: 5, on_outage: allowance",
            "only a day, week or month has an allowance"},
           {minute + "limit: 5, floor: 0.91", "floor=\"0.91\": not a number, 0 to 0.9"},
           {minute + "limit: 5, models: []", "models: holds 0; accepted are 1 to 1000"},
           {minute + "limit: 5, models: [\"a*b\"]", "with `*` only at the end"},
           {minute + "limit: 5, mode: off", "mode=\"off\": not enforce or observe"},
           {"unit: requests, limit: 5", "`per` is missing"},
           {"unit: requests, limit: 5, per: 99ms", "accepted are 100ms to"},
           {"unit: requests, limit: 5, per: 0", "accepted are 100ms to"},
           {"unit: requests, limit: 5, per: year", "per: not a duration such as 1m or 24h, or day"},
           {"unit: usd, limit: 1000000000.000001, per: 1m", "accepted of usd are up to 1000000000"},
           {"unit: usd, limit: 5, per: day, burst: 1", "all of a calendar's limit"},
           {"unit: concurrency, limit: 5, per: 1m", "per=\"1m\": concurrency is no matter of time"},
           {"unit: concurrency, limit: 5, burst: 1", "burst=\"1\": concurrency is no matter"},
           {"limit: 5, per: 1m", "`unit` is missing"},
           {"unit: requests, per: 1m", "`limit` is missing"},
           {"unit: words, limit: 5, per: 1m", "unit=\"words\": not concurrency, requests"},
       })
    EXPECT_NE(fault(text).find(reason), std::string::npos) << text << ": " << fault(text);
}

TEST(LimitSections, RefuseCalendarsThatNobodyKeeps) {
  const std::string text = "plans: {p: [{unit: usd, limit: 5, per: day}]}";
  EXPECT_EQ(read_limits_of(text).faults.size(), 0U);
  const ReadLimits read = read_limits_of(text, false);
  ASSERT_EQ(read.faults.size(), 1U);
  EXPECT_NE(read.faults[0].find("p[0].per=\"day\": a limit by the calendar needs LIMITS_URL"),
            std::string::npos);
}

TEST(LimitSections, NameThePlace) {
  const ReadLimits read = read_limits_of(
      "plans:\n"
      "  p:\n"
      "    - {unit: requests, limit: 5, per: 1m}\n"
      "    - {unit: requests, limit: 7.5, per: 1m}\n");
  EXPECT_EQ(read.faults, std::vector<std::string>{
                             "f.yaml:4:31: plans.p[1].limit=\"7.5\": only usd may have a point; of "
                             "requests there are whole ones"});
}

TEST(LimitSections, RefuseRulesOfOneName) {
  const ReadLimits read = read_limits_of(
      "plans: {p: [{unit: requests, limit: 5, per: 1m}, {unit: requests, limit: 5, per: 1m}]}\n");
  ASSERT_EQ(read.faults.size(), 1U);
  EXPECT_NE(read.faults[0].find("a rule before this one is called `requests-1m` too"),
            std::string::npos);
}

TEST(LimitSections, RefuseWhatDoesNotFitTogether) {
  const std::string plan = "plans: {p: [{id: a, unit: requests, limit: 5, per: 1m}]}\n";
  const auto one_fault = [&](const std::string& tenants) {
    const ReadLimits read = read_limits_of(plan + "tenants: " + tenants + "\n");
    EXPECT_EQ(read.faults.size(), 1U) << tenants;
    return read.faults.empty() ? std::string() : read.faults[0];
  };
  EXPECT_NE(one_fault("{t: {plan: q}}").find("t.plan=\"q\": no entry of `plans`"),
            std::string::npos);
  EXPECT_NE(one_fault("{t: {plan: p, limits: [{id: a, unit: usd, limit: 5, per: 1m}]}}")
                .find("its plan `p` has a rule `a` too"),
            std::string::npos);
  // The plan of `*` is that of a tenant that names none, wherever it stands.
  EXPECT_NE(one_fault("{t: {limits: [{id: a, unit: usd, limit: 5, per: 1m}]}, \"*\": {plan: p}}")
                .find("its plan `p` has a rule `a` too"),
            std::string::npos);
  std::string eight = "[";
  for (int i = 0; i < 8; ++i)
    eight += "{id: r" + std::to_string(i) + ", unit: requests, limit: 5, per: 1m},";
  EXPECT_NE(one_fault("{t: {plan: p, limits: " + eight + "]}}").find("under 9 rules"),
            std::string::npos);
  EXPECT_EQ(read_limits_of("tenants: {t: {limits: " + eight + "]}}").faults.size(), 0U);
}

TEST(LimitSections, RefuseTenantsThatCannotBe) {
  for (const std::string name : {"a*", "**", "a b", "\xc3\xa4"})
    EXPECT_EQ(read_limits_of("tenants: {\"" + name + "\": {}}").faults.size(), 1U) << name;
  for (const std::string name : {"*", "a/b", "~", "!"})
    EXPECT_EQ(read_limits_of("tenants: {\"" + name + "\": {}}").faults.size(), 0U) << name;
}

TEST(LimitSections, RefuseDefaultsThatMeanNothing) {
  for (const std::string text :
       {"on_outage: allowance", "reserve: half", "lease_ttl: 100ms", "lease_ttl: 2m",
        "outage_allowance: 2", "outage_allowance: 101%", "outage_allowance: 1.00001%"})
    EXPECT_EQ(read_limits_of("defaults: {" + text + "}").faults.size(), 1U) << text;
}

TEST(BoundInWords, SaysWhatIsPromised) {
  EXPECT_EQ(bound_in_words(rule("unit: requests, limit: 600, per: 1m, burst: 100")),
            "at most 100 requests at once, and 600 per 1m refilled steadily");
  EXPECT_EQ(bound_in_words(rule("unit: concurrency, limit: 50, floor: 0.5")),
            "at most 50 exchanges at a time, of which 25 stay behind");
  EXPECT_EQ(bound_in_words(rule("unit: usd, limit: 2.50, per: month, models: [\"o3*\", gpt]")),
            "at most 2.5 USD a month (UTC), for the models o3*, gpt");
}

TEST(LimitRule, KnowsHowLongItTakes) {
  const LimitRule read = rule("unit: requests, limit: 600, per: 1m");
  EXPECT_EQ(read.time_for(0), 0ns);
  EXPECT_EQ(read.time_for(-5), 0ns);
  EXPECT_EQ(read.time_for(1), 100ms);
  EXPECT_EQ(rule("unit: requests, limit: 7, per: 1s").time_for(1), 142'857'143ns);
  const LimitRule dollars = rule("unit: usd, limit: 0.000001, per: 24h");
  EXPECT_EQ(dollars.time_for(INT64_MAX).count(), INT64_MAX);
}

TEST(LimitRule, IsAboutItsModels) {
  const LimitRule read = rule("unit: requests, limit: 6, per: 1m, models: [\"gpt-4o*\", o3]");
  for (const std::string_view model : {"gpt-4o", "gpt-4o-mini", "o3"})
    EXPECT_TRUE(read.is_about(model));
  for (const std::string_view model : {"", "gpt-4", "o3-mini", "GPT-4o"})
    EXPECT_FALSE(read.is_about(model)) << model;
  EXPECT_TRUE(rule("unit: requests, limit: 6, per: 1m").is_about("anything"));
}

TEST(Share, IsExactOfWhatIsLarge) {
  EXPECT_EQ(Share(300'000).of(10), 3);
  EXPECT_EQ(Share(333'333).of(10), 3);
  EXPECT_EQ(Share(1'000'000).of(INT64_MAX), INT64_MAX);
  EXPECT_EQ(Share(20'000).of(1'000'000'000'000'000'000), 20'000'000'000'000'000);
}

}  // namespace
}  // namespace llmgw::quota
