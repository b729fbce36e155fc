// SPDX-License-Identifier: MIT
// Who is admitted, what is kept of that in the end, and what no order of events can break.
#include "quota/reservation.hpp"

#include <algorithm>
#include <deque>
#include <random>

#include "tests/unit/quota/limits_fixture.hpp"

namespace llmgw::quota {
namespace {

class Reserving : public LimitsFixture {};

constexpr std::string_view three = R"(
tenants:
  t:
    limits:
      - {id: par, unit: concurrency, limit: 2}
      - {id: rpm, unit: requests, limit: 60, per: 1m, burst: 3}
      - {id: tpm, unit: tokens, limit: 6000, per: 1m, burst: 100}
)";

TEST_F(Reserving, TakesAndSettles) {
  use(std::string(three));
  auto one = reserve("t");
  EXPECT_FALSE(one->admit_head());
  EXPECT_EQ(left("t", "par"), 1);
  EXPECT_EQ(left("t", "rpm"), 2);
  EXPECT_EQ(left("t", "tpm"), 100);
  EXPECT_FALSE(one->admit_body("m", demand));
  EXPECT_EQ(left("t", "tpm"), 70);
  EXPECT_EQ(counts.reserved[static_cast<std::size_t>(Unit::tokens)].value(), 30U);
  one->settle({.input_tokens = 10, .output_tokens = 5});
  EXPECT_EQ(left("t", "par"), 2);
  EXPECT_EQ(left("t", "rpm"), 2);
  EXPECT_EQ(left("t", "tpm"), 85);
  one.reset();  // nothing is settled twice
  EXPECT_EQ(left("t", "tpm"), 85);
  for (const Counter& each : counts.reserved) EXPECT_EQ(each.value(), 0U);
}

TEST_F(Reserving, GivesAllBackOfWhatWasNeverSent) {
  use(std::string(three));
  {
    const auto one = reserve("t");
    EXPECT_FALSE(one->admit_head());
    EXPECT_FALSE(one->admit_body("m", demand));
  }
  EXPECT_EQ(left("t", "par"), 2);
  EXPECT_EQ(left("t", "rpm"), 3);
  EXPECT_EQ(left("t", "tpm"), 100);
}

TEST_F(Reserving, RefusesByTheFirstRuleAndTakesNothing) {
  use(std::string(three));
  demand = {.input_tokens = 101};
  auto one = reserve("t");
  EXPECT_FALSE(one->admit_head());
  const auto refusal = one->admit_body("m", demand);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->entry->rule->id, "tpm");
  EXPECT_EQ(refusal->kind, RefusalKind::too_large);
  EXPECT_EQ(left("t", "par"), 2);
  EXPECT_EQ(left("t", "rpm"), 3);
  demand = {};
  auto two = reserve("t");
  auto three_ = reserve("t");
  auto four = reserve("t");
  EXPECT_FALSE(two->admit_head());
  EXPECT_FALSE(three_->admit_head());
  const auto full = four->admit_head();
  ASSERT_TRUE(full);
  EXPECT_EQ(full->kind, RefusalKind::concurrency);
  EXPECT_EQ(left("t", "rpm"), 1);
}

TEST_F(Reserving, SaysHowLongToWait) {
  use(std::string(three));
  actual.input_tokens = actual.output_tokens = 0;
  EXPECT_TRUE(ask("t") && ask("t") && ask("t"));
  const auto refusal = reserve("t")->admit_head();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, RefusalKind::rate);
  EXPECT_EQ(refusal->wait, 1s);
  clock() += 999ms;
  EXPECT_FALSE(ask("t"));
  clock() += 1ms;
  EXPECT_TRUE(ask("t"));
}

TEST_F(Reserving, CarriesDebt) {
  use(std::string(three));
  actual = {.input_tokens = 10, .output_tokens = 290};
  EXPECT_TRUE(ask("t"));
  EXPECT_EQ(left("t", "tpm"), -200);
  EXPECT_EQ(counts.debt[static_cast<std::size_t>(Unit::tokens)].value(), 200U);
  const auto one = reserve("t");
  EXPECT_FALSE(one->admit_head());
  const auto refusal = one->admit_body("m", demand);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->wait, 2300ms);
}

TEST_F(Reserving, CountsDebtOnceWhereThereIsSomeAlready) {
  use("tenants: {t: {limits: [{id: tpm, unit: tokens, limit: 100, per: 1h, reserve: none}]}}");
  actual = {.input_tokens = 150};
  auto one = reserve("t");
  auto two = reserve("t");
  EXPECT_FALSE(one->admit_body("m", demand));
  EXPECT_FALSE(two->admit_body("m", demand));
  one->settle(actual);
  two->settle(actual);
  EXPECT_EQ(left("t", "tpm"), -200);
  EXPECT_EQ(counts.debt[static_cast<std::size_t>(Unit::tokens)].value(), 200U);
  const auto refusal = reserve("t")->admit_body("m", demand);
  ASSERT_TRUE(refusal);  // of what nothing is reserved, something has to be there
  EXPECT_EQ(refusal->kind, RefusalKind::rate);
}

TEST_F(Reserving, ObservesWithoutRefusing) {
  use(std::string(three));
  actual.input_tokens = actual.output_tokens = 0;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask("t"));
  const auto one = reserve("t", {}, false);
  EXPECT_FALSE(one->admit_head());
  EXPECT_EQ(one->limited_by(), "rpm");
  EXPECT_EQ(left("t", "rpm"), 0);
  EXPECT_EQ(left("t", "par"), 1);
  one->settle({});
  callers->tell_decisions();
  DecisionAmounts of_requests{};
  for (const DecisionCount& each : decisions.take())
    if (each.rule == "rpm") of_requests = each.amounts;
  EXPECT_EQ(of_requests, (DecisionAmounts{3, 0, 1}));
  use("tenants: {t: {limits: [{id: a, unit: requests, limit: 1, per: 1h, mode: observe}]}}");
  EXPECT_TRUE(ask("t") && ask("t"));
}

TEST_F(Reserving, AsksRulesOfModelsOnceTheModelIsKnown) {
  use("tenants: {t: {limits: [{id: o3, unit: requests, limit: 1, per: 1h, models: [\"o3*\"]},"
      " {id: par, unit: concurrency, limit: 1, models: [x]}]}}");
  for (const std::string_view model : {"gpt", "o3-mini", ""}) {
    const auto one = reserve("t");
    EXPECT_FALSE(one->admit_head());
    EXPECT_FALSE(one->admit_body(model, demand));
    one->settle(actual);
  }
  EXPECT_EQ(left("t", "o3"), 0);
  EXPECT_EQ(left("t", "par"), 1);
  const auto refusal = reserve("t")->admit_body("o3", demand);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->entry->label, "o3");
}

TEST_F(Reserving, LeavesTheFloorToOthers) {
  KeyLimits batch{.id = "k", .floor = Share(300'000)};
  use(set_of("tenants: {t: {limits: [{id: a, unit: requests, limit: 10, per: 1h, burst: 10}]}}",
             {batch}));
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(ask("t", "k")) << i;
  const auto refusal = reserve("t", "k")->admit_head();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, RefusalKind::rate);
  EXPECT_EQ(refusal->wait, 6min);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask("t")) << i;
  EXPECT_FALSE(ask("t"));
}

TEST_F(Reserving, ReservesByTheModeOfTheRule) {
  const auto reserved = [this](const std::string& mode, const Demand& of) {
    use("tenants: {t: {limits: [{id: r" + mode +
        ", unit: tokens, limit: 1000, per: 1h, reserve: " + mode + "}]}}");
    const auto one = reserve("t");
    if (one->admit_body("m", of)) return Units{-1};
    return 1'000 - left("t", "r" + mode);
  };
  const Demand plain{.input_tokens = 10, .output_tokens = 100};
  EXPECT_EQ(reserved("learned", plain), 110);
  EXPECT_EQ(reserved("max_tokens", plain), 110);
  EXPECT_EQ(reserved("none", plain), 0);
  const Demand bounded{.input_tokens = 10, .output_tokens = 100, .max_tokens = 40};
  EXPECT_EQ(reserved("learned", bounded), 50);
  EXPECT_EQ(reserved("max_tokens", bounded), 50);
  const Demand several{.input_tokens = 10, .output_tokens = 100, .max_tokens = 200, .answers = 3};
  EXPECT_EQ(reserved("learned", several), 10 + 250);  // a quarter of the burst
  EXPECT_EQ(reserved("max_tokens", several), 610);
  EXPECT_EQ(reserved("max_tokens", {.input_tokens = 10, .max_tokens = UINT64_MAX, .answers = 128}),
            -1);
}

TEST_F(Reserving, CountsWhatTheRuleIsAbout) {
  use(R"(tenants: {t: {limits: [
    {id: in, unit: input_tokens, limit: 1000, per: 1h},
    {id: out, unit: output_tokens, limit: 1000, per: 1h},
    {id: all, unit: tokens, limit: 1000, per: 1h}]}})");
  actual = {.input_tokens = 7, .output_tokens = 400};
  EXPECT_TRUE(ask("t"));
  EXPECT_EQ(left("t", "in"), 993);
  EXPECT_EQ(left("t", "out"), 600);
  EXPECT_EQ(left("t", "all"), 593);
}

struct FixedPrices final : Prices {
  explicit FixedPrices(bool is_known) : known(is_known) {}
  std::optional<Units> cost(std::uint64_t input, std::uint64_t output) const override {
    if (!known) return std::nullopt;
    return static_cast<Units>(input * 1'000 + output * 2'000);
  }
  bool known;
};

TEST_F(Reserving, ReservesAndSettlesMoney) {
  use("tenants: {t: {limits: [{id: usd, unit: usd, limit: 1, per: 24h}]}}");
  const FixedPrices prices(true);
  demand.prices = &prices;
  const auto one = reserve("t");
  EXPECT_FALSE(one->admit_body("m", demand));
  EXPECT_EQ(left("t", "usd"), 1'000'000'000 - 50'000);
  one->settle({.cost = 30'000});
  EXPECT_EQ(left("t", "usd"), 1'000'000'000 - 30'000);
  const FixedPrices unknown(false);
  demand.prices = &unknown;
  for (const Prices* each :
       {static_cast<const Prices*>(&unknown), static_cast<const Prices*>(nullptr)}) {
    demand.prices = each;
    const auto refusal = reserve("t")->admit_body("m", demand);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->kind, RefusalKind::unpriced);
  }
}

TEST_F(Reserving, SettlesIntoNothingWhereTheRuleIsGone) {
  use(std::string(three));
  const auto one = reserve("t");
  EXPECT_FALSE(one->admit_head());
  EXPECT_FALSE(one->admit_body("m", demand));
  use("tenants: {t: {limits: [{id: rpm, unit: requests, limit: 60, per: 1m, burst: 3}]}}");
  EXPECT_EQ(left("t", "rpm"), 2);
  one->settle(actual);
  EXPECT_EQ(left("t", "rpm"), 2);
  pass(2s);
  use(std::string(three));
  EXPECT_EQ(left("t", "tpm"), 100);
}

// 9.1: whatever happens in whatever order, in no window more is admitted than the burst and what is
// refilled meanwhile, and no unit comes from nowhere.
TEST_F(Reserving, PropertyHoldsInEveryWindow) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const Units limit = 1 + static_cast<Units>(random() % 200);
    const Units burst = 1 + static_cast<Units>(random() % 60);
    const auto period = std::chrono::milliseconds(500 + random() % 10'000);
    callers.reset();  // before what they refer to
    scopes = std::make_unique<Scopes>();
    use("tenants: {t: {limits: [{id: tpm, unit: tokens, limit: " + std::to_string(limit) +
        ", per: " + std::to_string(period.count()) + "ms, burst: " + std::to_string(burst) +
        ", reserve: max_tokens}, {id: par, unit: concurrency, limit: 7}]}}");
    struct Taken {
      Clock::time_point at;
      Units units;
    };
    std::vector<Taken> taken;
    std::deque<std::pair<std::unique_ptr<Reservation>, Units>> open;
    Units settled_above = 0;
    const Clock::time_point begin = clock();
    for (int step = 0; step < 3'000; ++step) {
      clock() += std::chrono::microseconds(random() % 40'000);
      if (random() % 3 == 0) turn();
      if (random() % 2 == 0) {
        const auto units = static_cast<Units>(random() % 12);
        auto one = reserve("t");
        const auto refused = one->admit_head();
        if (!refused &&
            !one->admit_body("m", {.input_tokens = static_cast<std::uint64_t>(units)})) {
          taken.push_back({clock(), units});
          open.emplace_back(std::move(one), units);
        }
      }
      if (!open.empty() && random() % 2 == 0) {
        auto [one, units] = std::move(open.front());
        open.pop_front();
        // Some used more than they took, which has to be paid back: it only makes admissions fewer.
        const auto used = units + static_cast<Units>(random() % 3);
        settled_above += used - units;
        one->settle({.input_tokens = static_cast<std::uint64_t>(used)});
      }
      EXPECT_EQ(left("t", "par"), 7 - static_cast<Units>(open.size()));
      EXPECT_LE(left("t", "tpm"), burst);
    }
    std::vector<Units> sums{0};
    for (const Taken& each : taken) sums.push_back(sums.back() + each.units);
    for (std::size_t from = 0; from < taken.size(); from += 1 + taken.size() / 200)
      for (std::size_t to = from; to < taken.size(); ++to) {
        const auto window = taken[to].at - taken[from].at;
        const auto refilled =
            static_cast<Units>(std::chrono::duration<double>(window) /
                               std::chrono::duration<double>(period) * static_cast<double>(limit));
        ASSERT_LE(sums[to + 1] - sums[from], burst + refilled + 1) << "seed " << seed;
      }
    // All that was used is missing, but for what was refilled.
    const auto refilled =
        static_cast<Units>(std::chrono::duration<double>(clock() - begin) /
                           std::chrono::duration<double>(period) * static_cast<double>(limit));
    EXPECT_GE(left("t", "tpm") + sums.back() + settled_above, std::min(burst, Units{1}));
    EXPECT_LE(left("t", "tpm") + sums.back() + settled_above, burst + refilled + 1);
    open.clear();
    EXPECT_EQ(left("t", "par"), 7);
    for (const Counter& each : counts.reserved) EXPECT_EQ(each.value(), 0U);
  }
}

}  // namespace
}  // namespace llmgw::quota
