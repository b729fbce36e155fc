// SPDX-License-Identifier: MIT
// What a step changes of events, and in which cells of the sums that is.
#include "collector/reprice/reprice_step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "common/error.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr Series series{1, 2, 3, 4, 42};
constexpr Series others{91, 92, 93, 94, 800};

pricing::PricesPointer table() {
  pricing::Price price{.provider = "openai", .model = "gpt*"};
  price.base.rates[0] = 1'000'000;
  price.base.rates[4] = 2'000'000;
  pricing::PriceSettings settings;
  settings.prices.push_back(price);
  return std::make_shared<const pricing::Prices>(std::move(settings));
}

StoredBill bill(std::int64_t time) {
  StoredBill bill{.place = "0123456789abcdef", .time = time, .series = series};
  bill.provider = "openai";
  bill.model = "gpt-4o";
  bill.tokens.prompt = 10;
  bill.tokens.completion = 1;
  return bill;
}

RepriceStep step_of(RepriceQuery query) {
  if (query.span.to == 0) query.span = {0, std::numeric_limits<std::int64_t>::max()};
  return {std::move(query), table()};
}

TEST(RepriceStep, ChangesAnEventAndItsSums) {
  RepriceStep step = step_of({});
  RepriceTally tally;
  step.begin(7);
  step.look_at(bill(25 * hour), tally);
  StoredBill had_one = bill(25 * hour + 1);
  had_one.nano_usd = 5'000;
  had_one.price_id = 6;
  step.look_at(had_one, tally);
  ASSERT_EQ(step.changes().size(), 2U);
  EXPECT_EQ(step.changes()[0].cost.nano_usd, 12'000);
  EXPECT_EQ(step.changes()[0].place, "0123456789abcdef");
  ASSERT_EQ(step.hours().size(), 1U);
  const SumsDelta& delta = step.hours().at({25, series});
  EXPECT_EQ(delta.nano_usd, 12'000 + 7'000);
  EXPECT_EQ(delta.unpriced, -1);
  EXPECT_EQ(step.days().at({1, series}).nano_usd, 19'000);
  EXPECT_EQ(tally.all().changed, 2U);
  step.begin(7);
  EXPECT_TRUE(step.changes().empty() && step.hours().empty() && step.days().empty());
}

TEST(RepriceStep, LeavesAloneWhatIsRight) {
  RepriceStep step = step_of({});
  RepriceTally tally;
  step.begin(7);
  StoredBill right = bill(0);
  right.nano_usd = 12'000;
  right.price_id = 7;
  step.look_at(right, tally);
  EXPECT_TRUE(step.changes().empty());
  right.price_id = 8;  // of another table, with the same cost
  step.look_at(right, tally);
  EXPECT_EQ(step.changes().size(), 1U);
  EXPECT_EQ(tally.all().events, 2U);
  EXPECT_EQ(tally.all().changed, 0U);
}

TEST(RepriceStep, PassesOverWhatIsNotAskedFor) {
  RepriceTally tally;
  const auto count = [&tally](RepriceQuery query, const StoredBill& each) {
    RepriceStep step = step_of(std::move(query));
    step.begin(7);
    step.look_at(each, tally);
    return step.changes().size();
  };
  StoredBill with_cost = bill(10);
  with_cost.nano_usd = 1;
  EXPECT_EQ(count({.span = {10, 11}}, bill(10)), 1U);
  EXPECT_EQ(count({.span = {11, 12}}, bill(10)), 0U);
  EXPECT_EQ(count({.span = {9, 10}}, bill(10)), 0U);
  EXPECT_EQ(count({.models = {"o1"}}, bill(10)), 0U);
  EXPECT_EQ(count({.is_only_unpriced = true}, with_cost), 0U);
  EXPECT_EQ(count({.is_only_unpriced = true}, bill(10)), 1U);
  EXPECT_EQ(tally.all().events, 2U);
  EXPECT_EQ(count({.is_dry = true}, bill(10)), 0U);
  EXPECT_EQ(tally.all().events, 3U);  // told, and not changed
}

TEST(RepriceStep, TakesFromTheRestWhatAColumnDoesNotHold) {
  RepriceStep step = step_of({.models = {"gpt-whole"}});
  RepriceTally tally;
  step.begin(7);
  StoredBill cut = bill(0);
  cut.model = "gpt-";
  cut.tokens.prompt.reset();
  cut.rest = R"("model":"gpt-whole","prompt_tokens":20)";
  step.look_at(cut, tally);
  ASSERT_EQ(step.changes().size(), 1U);
  EXPECT_EQ(step.changes()[0].cost.nano_usd, 22'000);
  EXPECT_EQ(step.changes()[0].rest,
            R"("model":"gpt-whole","prompt_tokens":20,"cost_assumed":false)");
}

TEST(RepriceStep, KeepsTheTableAsText) {
  EXPECT_NE(step_of({}).prices_text().find("model=gpt*"), std::string::npos);
}

// One event of a day, and the cells that its store has.
Result<StoredDeltas> deltas_of(const std::vector<SumsCell>& there,
                               const std::optional<Series>& stand_in = others) {
  RepriceStep step = step_of({});
  RepriceTally tally;
  step.begin(7);
  step.look_at(bill(25 * hour), tally);
  step.look_at(bill(26 * hour), tally);
  return stored_deltas(
      step, stand_in, [&there](const std::vector<SumsCell>& cells) -> Result<std::vector<bool>> {
        std::vector<bool> are_there;
        for (const SumsCell& each : cells)
          are_there.push_back(std::find(there.begin(), there.end(), each) != there.end());
        return are_there;
      });
}

TEST(StoredDeltas, AreOfTheCellsThatThereAre) {
  Series without_key = series;
  without_key.app_key = others.app_key;
  Series of_others = others;
  of_others.outcome_class += 2;  // the status stays
  const std::pair<std::vector<SumsCell>, Series> cases[] = {
      {{{1, series}, {1, without_key}}, series},
      {{{1, without_key}}, without_key},
      {{{2, series}, {0, without_key}}, of_others},
  };
  for (const auto& [there, wanted] : cases) {
    const auto deltas = deltas_of(there);
    ASSERT_TRUE(deltas);
    ASSERT_EQ(deltas->hours.size(), 2U);
    EXPECT_EQ(deltas->hours.at({26, wanted}).nano_usd, 12'000);
    ASSERT_EQ(deltas->days.size(), 1U);
    EXPECT_EQ(deltas->days.at({1, wanted}).nano_usd, 24'000);
    EXPECT_EQ(deltas->days.at({1, wanted}).unpriced, -2);
  }
  EXPECT_EQ(deltas_of({}, std::nullopt)->days.begin()->first.second, series);
}

TEST(StoredDeltas, AreAddedUpWhereSeriesBecomeOne) {
  RepriceStep step = step_of({});
  RepriceTally tally;
  step.begin(7);
  for (const std::int64_t key : {1, 2, 3}) {
    StoredBill each = bill(0);
    each.series.app_key = key;
    step.look_at(each, tally);
  }
  const auto deltas = stored_deltas(step, others, [](const std::vector<SumsCell>& cells) {
    return Result<std::vector<bool>>(
        std::vector<bool>(cells.size(), cells.front().second.app_key == others.app_key));
  });
  ASSERT_TRUE(deltas);
  ASSERT_EQ(deltas->days.size(), 1U);
  EXPECT_EQ(deltas->days.begin()->second.nano_usd, 36'000);
}

TEST(StoredDeltas, LeaveOutWhatIsNothing) {
  RepriceStep step = step_of({});
  RepriceTally tally;
  step.begin(7);
  StoredBill same = bill(0);
  same.nano_usd = 12'000;
  same.price_id = 6;
  step.look_at(same, tally);
  const auto all = [](const std::vector<SumsCell>& cells) {
    return Result<std::vector<bool>>(std::vector<bool>(cells.size(), true));
  };
  const auto deltas = stored_deltas(step, others, all);
  EXPECT_TRUE(deltas->hours.empty() && deltas->days.empty());
  step.look_at(bill(0), tally);
  const auto fails = [](const std::vector<SumsCell>&) {
    return Result<std::vector<bool>>(errc::timed_out);
  };
  EXPECT_EQ(stored_deltas(step, others, fails).error(), errc::timed_out);
}

}  // namespace
}  // namespace llmgw::collector
