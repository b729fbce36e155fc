// SPDX-License-Identifier: MIT
// Which balances there are, for how long, and that threads which ask for the same get the same.
#include "quota/scopes.hpp"

#include <atomic>
#include <barrier>
#include <set>
#include <thread>

#include "tests/unit/quota/limits_fixture.hpp"

namespace llmgw::quota {
namespace {

class ScopesTest : public LimitsFixture {
 protected:
  std::size_t scope_count() const {
    std::size_t count = 0;
    scopes->for_each([&](const Scope&) { ++count; });
    return count;
  }
  void full_round() {
    for (std::size_t i = 0; i <= Scopes::turns; ++i) turn();
  }
};

constexpr std::string_view anybody =
    "tenants: {\"*\": {limits: [{id: rpm, unit: requests, limit: 60, per: 1m, burst: 10}]}}";

TEST_F(ScopesTest, AreOfATenantEach) {
  use(std::string(anybody));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(ask("a"));
  EXPECT_FALSE(ask("a"));
  EXPECT_TRUE(ask("b"));
  EXPECT_EQ(left("a", "rpm"), 0);
  EXPECT_EQ(left("b", "rpm"), 9);
  EXPECT_EQ(callers->find("a", ""), callers->find("a", ""));
}

TEST_F(ScopesTest, AreRefilledUntilTheyAreFull) {
  use(std::string(anybody));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(ask("a"));
  pass(50ms);
  pass(3s);
  EXPECT_EQ(left("a", "rpm"), 3);
  pass(1h);
  EXPECT_EQ(left("a", "rpm"), 10);
}

TEST_F(ScopesTest, AreForgottenOnceFullAndUnused) {
  use(std::string(anybody));
  EXPECT_TRUE(ask("a"));
  EXPECT_EQ(scopes->count(), 1U);
  full_round();
  EXPECT_EQ(scope_count(), 1U);  // its caller is known still
  callers.reset();
  full_round();
  EXPECT_EQ(scope_count(), 1U);  // and one request is missing
  pass(3s);
  EXPECT_EQ(scope_count(), 0U);
  EXPECT_EQ(scopes->count(), 0U);
}

TEST_F(ScopesTest, AreSharedByNewcomersWhereThereAreTooMany) {
  use("tenants: {named: {limits: [{id: a, unit: requests, limit: 2, per: 1h, burst: 2}]},"
      " \"*\": {limits: [{id: a, unit: requests, limit: 2, per: 1h, burst: 2}]}}");
  const std::size_t most = Scopes::most_balances;
  for (std::size_t i = 0; i < most; ++i) ASSERT_TRUE(ask("t" + std::to_string(i)));
  EXPECT_EQ(scopes->count(), most);
  EXPECT_EQ(counts.shared.value(), 0U);
  EXPECT_TRUE(ask("new-1"));
  EXPECT_TRUE(ask("new-2"));
  EXPECT_FALSE(ask("new-3"));
  EXPECT_GE(counts.shared.value(), 3U);
  EXPECT_TRUE(ask("named"));
  EXPECT_TRUE(ask("t7"));
  EXPECT_FALSE(ask("t7"));
  EXPECT_EQ(scopes->count(), most);
  callers.reset();
  turn();
  clock() += 2h;
  full_round();
  full_round();
  EXPECT_EQ(scopes->count(), 0U);
  use(std::string(anybody));
  EXPECT_TRUE(ask("new-3"));
}

TEST_F(ScopesTest, KeepBalancesThroughAReload) {
  use(std::string(anybody));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ask("a"));
  // The same, more, less, and with another rule beside it.
  use("tenants: {\"*\": {limits: [{id: rpm, unit: requests, limit: 60, per: 1m, burst: 20},"
      " {id: par, unit: concurrency, limit: 1}]}}");
  EXPECT_EQ(left("a", "rpm"), 6);
  EXPECT_EQ(left("a", "par"), 1);
  pass(50ms);
  pass(20s);
  EXPECT_EQ(left("a", "rpm"), 20);
  use("tenants: {a: {limits: [{id: rpm, unit: requests, limit: 60, per: 1m, burst: 2}]}}");
  EXPECT_EQ(left("a", "rpm"), 2);
  pass(2s);
  EXPECT_EQ(left("a", "rpm"), 2);
  EXPECT_EQ(callers->find("b"), nullptr);
  pass(5s);
  EXPECT_EQ(scope_count(), 1U);
}

TEST_F(ScopesTest, CountSlotsInUseThroughAReload) {
  const auto slots = [](int limit) {
    return "tenants: {t: {limits: [{id: par, unit: concurrency, limit: " + std::to_string(limit) +
           "}]}}";
  };
  use(slots(5));
  std::vector<std::unique_ptr<Reservation>> open;
  for (int i = 0; i < 4; ++i) {
    open.push_back(reserve("t"));
    EXPECT_FALSE(open.back()->admit_head());
  }
  use(slots(3));
  EXPECT_EQ(left("t", "par"), -1);
  EXPECT_TRUE(reserve("t")->admit_head());
  open.resize(2);
  EXPECT_EQ(left("t", "par"), 1);
  use(slots(10));
  EXPECT_EQ(left("t", "par"), 8);
  open.clear();
  EXPECT_EQ(left("t", "par"), 10);
}

// Workers go over to other settings one after the other.
TEST_F(ScopesTest, ShareBalancesBetweenOldSettingsAndNew) {
  use(std::string(anybody));
  auto old_callers = std::move(callers);
  use("tenants: {\"*\": {limits: [{id: rpm, unit: requests, limit: 60, per: 1m, burst: 10},"
      " {id: more, unit: requests, limit: 60, per: 1m, burst: 10}]}}");
  EXPECT_TRUE(ask("a"));
  old_callers.swap(callers);
  EXPECT_TRUE(ask("a"));
  EXPECT_TRUE(ask("b"));
  old_callers.swap(callers);
  EXPECT_EQ(left("a", "rpm"), 8);
  EXPECT_EQ(left("a", "more"), 9);
  EXPECT_EQ(left("b", "rpm"), 9);
  old_callers.reset();
  full_round();
  full_round();
  EXPECT_EQ(scope_count(), 2U);
  EXPECT_EQ(left("b", "rpm"), 9);
}

TEST_F(ScopesTest, TakeOverWhatNobodyAskedForSinceTheReload) {
  use(std::string(anybody));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(ask("a"));
  use("tenants: {\"*\": {limits: [{id: rpm, unit: requests, limit: 60, per: 1m, burst: 11}]}}");
  full_round();
  full_round();
  EXPECT_EQ(scope_count(), 1U);
  EXPECT_EQ(left("a", "rpm"), 0);
}

// 9.2, and what the registry promises: of many threads that meet a tenant for the first time at
// once, all get one balance; what they take and give adds up.
TEST_F(ScopesTest, AreTheSameForAllThreads) {
  constexpr int threads = 8;
  constexpr int tenants = 200;
  constexpr int rounds = 40;
  const auto set = set_of(
      "tenants: {\"*\": {limits: [{id: a, unit: requests, limit: 10, per: 366h, burst: 10},"
      " {id: p, unit: concurrency, limit: 3}]}}");
  scopes->renew(set, 1);
  std::array<std::atomic<int>, tenants> admitted{};
  std::atomic<int> running{threads};
  std::atomic<int> passed{0};
  std::barrier begin(threads + 1);
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i)
    all.emplace_back([&] {
      LimitCounts own_counts;
      DecisionCounts own_decisions;
      std::unique_ptr<Callers> own;
      begin.arrive_and_wait();
      for (int round = 0; round < rounds; ++round) {
        // A cache that knows nobody each time, so that scopes are looked for, and let go.
        own = std::make_unique<Callers>(CallerTerms{*scopes, own_counts, own_decisions}, set, 1);
        for (int tenant = 0; tenant < tenants; ++tenant) {
          Reservation one(own->find("t" + std::to_string(tenant)),
                          {true, [] { return Clock::time_point(1h); }});
          if (one.admit_head()) continue;
          admitted[static_cast<std::size_t>(tenant)].fetch_add(1);
          one.settle({});
        }
        passed.fetch_add(1);
      }
      own.reset();
      for (const Counter& each : own_counts.reserved) EXPECT_EQ(each.value(), 0U);
      running.fetch_sub(1);
    });
  begin.arrive_and_wait();
  // The thread that looks after them, and what it takes away is kept until each has passed on.
  std::vector<std::unique_ptr<Scope>> gone;
  while (running.load() > 0) {
    scopes->look_after(Clock::time_point(1h));
    for (auto& each : scopes->collect()) gone.push_back(std::move(each));
  }
  for (std::thread& each : all) each.join();
  for (int tenant = 0; tenant < tenants; ++tenant)
    EXPECT_EQ(admitted[static_cast<std::size_t>(tenant)].load(), 10) << tenant;
  std::set<std::string> names;
  scopes->for_each([&](const Scope& each) {
    EXPECT_TRUE(names.insert(each.name()).second) << each.name();
    EXPECT_EQ(each.place("p").balance->units(), 3);
    EXPECT_EQ(each.place("a").balance->units(), 0);
  });
  EXPECT_EQ(names.size(), static_cast<std::size_t>(tenants));
}

}  // namespace
}  // namespace llmgw::quota
