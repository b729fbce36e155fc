// SPDX-License-Identifier: MIT
// Balances that a collector fills: who waits, who is refused, what is told of them.
#include "quota/lent.hpp"

#include "quota/rate_fields.hpp"
#include "tests/unit/quota/limits_fixture.hpp"

namespace llmgw::quota {
namespace {

constexpr const char* three = R"(
tenants:
  t:
    limits:
      - {id: par, unit: concurrency, limit: 2}
      - {id: rpm, unit: requests, limit: 60, per: 1m, burst: 10}
      - {id: tpm, unit: tokens, limit: 6000, per: 1m, burst: 100}
)";
std::string one(std::string_view more) {
  return "tenants: {t: {limits: [{id: r, unit: requests, limit: 60, " + std::string(more) + "}]}}";
}

class LentBalances : public LimitsFixture {
 protected:
  void SetUp() override {
    LimitsFixture::SetUp();
    scopes = std::make_unique<Scopes>(true);
  }
  Lent& lent(std::string_view rule) {
    const Caller::Pointer caller = callers->find("t");
    for (const Caller::Entry& each : caller->entries())
      if (each.rule->id == rule) return *each.lent;
    throw std::logic_error("no such rule");
  }
  static RefusalKind kind(const std::optional<Refusal>& refusal) {
    EXPECT_TRUE(refusal);
    return refusal ? refusal->kind : RefusalKind::unpriced;
  }
};

TEST_F(LentBalances, BeginEmptyAndAreNotRefilled) {
  use(std::string(three));
  pass(10min);
  for (const char* each : {"par", "rpm", "tpm"}) EXPECT_EQ(left("t", each), 0);
  EXPECT_EQ(lent("rpm").id, "t:t/rpm");
  EXPECT_EQ(&lent("rpm").balance, callers->find("t")->entries()[1].balance);
}

TEST_F(LentBalances, WaitRuleByRuleAndKeepWhatWasTaken) {
  use(std::string(three));
  const auto exchange = reserve("t");
  auto refusal = exchange->admit_head();
  EXPECT_EQ(kind(refusal), RefusalKind::lacking);
  EXPECT_EQ(refusal->entry->rule->id, "par");
  EXPECT_EQ(refusal->units, 1);
  lent("par").balance.give(1);
  refusal = exchange->admit_head();
  EXPECT_EQ(kind(refusal), RefusalKind::lacking);
  EXPECT_EQ(refusal->entry->rule->id, "rpm");
  EXPECT_EQ(left("t", "par"), 0);
  lent("rpm").balance.give(5);
  EXPECT_FALSE(exchange->admit_head());
  EXPECT_EQ(left("t", "rpm"), 4);
  refusal = exchange->admit_body("m", demand);
  EXPECT_EQ(kind(refusal), RefusalKind::lacking);
  EXPECT_EQ(refusal->units, 30);
  lent("tpm").balance.give(30);
  EXPECT_FALSE(exchange->admit_body("m", demand));
  callers->tell_decisions();
  for (const DecisionCount& each : decisions.take())
    EXPECT_EQ(each.amounts, (DecisionAmounts{1, 0, 0})) << each.rule;
  exchange->settle({.input_tokens = 10, .output_tokens = 5});
  EXPECT_EQ(left("t", "par"), 1);
  EXPECT_EQ(left("t", "tpm"), 15);
}

TEST_F(LentBalances, GiveAllBackWhereOneOfThemRefuses) {
  use(std::string(three));
  lent("par").balance.give(1);
  lent("rpm").state.set(Stance::refuse);
  const auto exchange = reserve("t");
  EXPECT_EQ(kind(exchange->admit_head()), RefusalKind::rate);
  EXPECT_EQ(left("t", "par"), 1);
}

TEST_F(LentBalances, AreRefusedForAsLongAsWasSaid) {
  use(one("per: 1m"));
  lent("r").state.say(0, clock() + 3s, clock());
  lent("r").state.set(Stance::refuse);
  EXPECT_EQ(reserve("t")->admit_head()->wait, 3s);
  clock() += 5s;
  EXPECT_EQ(reserve("t")->admit_head()->wait, 100ms);
}

TEST_F(LentBalances, OfACalendarTellItsEnd) {
  use(one("per: month"));
  lent("r").state.set(Stance::refuse);
  auto refusal = reserve("t")->admit_head();
  EXPECT_EQ(kind(refusal), RefusalKind::budget);
  EXPECT_EQ(refusal->wait, 0s);  // nobody has said
  lent("r").state.say(0, clock() + 24h, clock());
  EXPECT_EQ(reserve("t")->admit_head()->wait, 24h);
}

TEST_F(LentBalances, ChargeWhereAllAreAdmitted) {
  use(one("per: 1m"));
  lent("r").state.set(Stance::charge);
  EXPECT_FALSE(reserve("t")->admit_head());
  const auto exchange = reserve("t");
  EXPECT_FALSE(exchange->admit_head());
  EXPECT_EQ(left("t", "r"), -1);
}

TEST_F(LentBalances, GoByOnOutageOnceItWasWaitedForTooLong) {
  for (const auto& [policy, is_admitted] :
       {std::pair("closed", false), std::pair("share", false), std::pair("open", true)}) {
    use(one(std::string("per: 1m, on_outage: ") + policy));
    const auto exchange = reserve("t");
    EXPECT_EQ(kind(exchange->admit_head()), RefusalKind::lacking);
    exchange->wait_no_more();
    EXPECT_EQ(!exchange->admit_head(), is_admitted) << policy;
  }
}

TEST_F(LentBalances, RefuseWhatCanNeverBeHad) {
  use(std::string(three));
  lent("par").balance.give(1);
  lent("rpm").balance.give(1);
  const auto exchange = reserve("t");
  EXPECT_FALSE(exchange->admit_head());
  EXPECT_EQ(kind(exchange->admit_body("m", {.input_tokens = 101})), RefusalKind::too_large);
}

TEST_F(LentBalances, LeaveToOthersWhatMayBeAnywhere) {
  use(one("per: 1m, burst: 10, floor: 0.5"));
  Lent& of = lent("r");
  of.balance.give(1);
  of.state.say(5, {}, clock());
  const auto first = reserve("t");
  EXPECT_FALSE(first->admit_head());
  of.balance.give(1);
  of.state.say(4, {}, clock());
  const auto refusal = reserve("t")->admit_head();
  EXPECT_EQ(kind(refusal), RefusalKind::rate);  // there is one here: it is not waited for
  EXPECT_EQ(refusal->wait, 1s);
}

TEST_F(LentBalances, HaveSomethingWhereNothingIsReserved) {
  use("tenants: {t: {limits: [{id: r, unit: tokens, limit: 60, per: 1m, reserve: none}]}}");
  const auto exchange = reserve("t");
  const auto refusal = exchange->admit_body("m", demand);
  EXPECT_EQ(kind(refusal), RefusalKind::lacking);
  EXPECT_EQ(refusal->units, 1);
  lent("r").balance.give(1);
  EXPECT_FALSE(exchange->admit_body("m", demand));
  EXPECT_EQ(left("t", "r"), 1);
}

TEST_F(LentBalances, WaitBeforeTheyAreObserved) {
  use(one("per: 1m, mode: observe"));
  const auto exchange = reserve("t");
  EXPECT_EQ(kind(exchange->admit_head()), RefusalKind::lacking);
  exchange->wait_no_more();
  EXPECT_FALSE(exchange->admit_head());
  EXPECT_EQ(exchange->limited_by(), "r");
  EXPECT_EQ(left("t", "r"), 0);
}

TEST_F(LentBalances, TellWhatIsLeftForAll) {
  use(one("per: 1m, burst: 60"));
  Lent& of = lent("r");
  EXPECT_EQ(left_of(of, 60), 60);  // nobody has asked yet
  of.balance.give(6);
  of.state.say(40, clock() + 1s, clock());
  const auto exchange = reserve("t");
  EXPECT_FALSE(exchange->admit_head());
  const RateFields fields(*exchange);
  EXPECT_EQ(fields.all()[1].value, "45");
  EXPECT_EQ(fields.all()[2].value, "15s");
}

TEST_F(LentBalances, AreFullAgainWhereNobodyHasAskedSince) {
  use(one("per: 1m, burst: 60"));
  Lent& of = lent("r");
  const RefillTerms terms{60, 1min, 60};
  of.state.say(10, {}, clock());
  EXPECT_EQ(left_of(of, terms, clock()), 10);
  EXPECT_EQ(left_of(of, terms, clock() + 20s), 30);
  EXPECT_EQ(left_of(of, terms, clock() + 24h), 60);
  EXPECT_EQ(left_of(of, terms, clock() - 1s), 10);
  const RefillTerms month{60, 0s, 60};
  of.state.say(10, clock() + 1h, clock());
  EXPECT_EQ(left_of(of, month, clock() + 59min), 10);
  EXPECT_EQ(left_of(of, month, clock() + 1h), 60);
  of.state.say(10, {}, clock());
  EXPECT_EQ(left_of(of, month, clock() + 1h), 10);  // when it ends was not said
}

TEST_F(LentBalances, AreForgottenWithNothingOfTheCollectors) {
  use(one("per: 1m"));
  auto exchange = reserve("t");
  lent("r").balance.give(2);
  EXPECT_FALSE(exchange->admit_head());
  exchange->settle({});
  exchange.reset();
  const Cell& cell = *callers->find("t")->entries()[0].cell;
  EXPECT_TRUE(scopes->has("t:t/", cell));
  callers.reset();
  for (int i = 0; i < 40; ++i) scopes->look_after(clock());
  EXPECT_TRUE(scopes->collect().empty());  // a unit is left
  cell.lent->balance.take_up_to(5);
  for (int i = 0; i < 40; ++i) scopes->look_after(clock());
  const auto gone = scopes->collect();
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_FALSE(scopes->has("t:t/", cell));
}

TEST_F(LentBalances, StayWithOtherSettings) {
  use(one("per: 1m"));
  lent("r").balance.give(3);
  lent("r").state.set(Stance::charge);
  const Cell* const cell = callers->find("t")->entries()[0].cell;
  use(one("per: 1m, burst: 2"));
  EXPECT_EQ(callers->find("t")->entries()[0].cell, cell);
  EXPECT_EQ(left("t", "r"), 3);  // the collector cuts
  EXPECT_EQ(lent("r").state.stance(), Stance::ask);
  turn();
  EXPECT_TRUE(scopes->has("t:t/", *cell));
}

TEST_F(LentBalances, NewcomersShareANameThatTheCollectorKnows) {
  use("tenants: {'*': {limits: [{id: r, unit: requests, limit: 60, per: 1m}]}}");
  for (std::size_t i = 0; i <= Scopes::most_balances; ++i) {
    auto scope = scopes->use("t:" + std::to_string(i) + "/", callers->rules(), generation, true);
    if (scope == nullptr) break;
  }
  const Caller::Pointer caller = callers->find("newcomer");
  EXPECT_TRUE(caller->is_shared());
  EXPECT_EQ(caller->entries()[0].lent->id, "t:/r");
  EXPECT_EQ(callers->rules().rule_of("t:/r"), caller->entries()[0].rule);
}

}  // namespace
}  // namespace llmgw::quota
