// SPDX-License-Identifier: MIT
// When a proxy speaks with the authority, about what, and when it takes it to be away.
#include "lease/holders.hpp"

#include <gtest/gtest.h>

#include "lease/authority.hpp"

namespace llmgw::lease {
namespace {

using namespace std::chrono_literals;

class LeaseHolders : public testing::Test {
 protected:
  LeaseHolders()
      : authority(
            {.name = "a"},
            [](std::string_view) {
              return RuleTerms{.kind = Rate{600, 1min, 100}};
            },
            now - 1h) {}

  Holder& add(std::string_view id, OnOutage on_outage = OnOutage::share) {
    return holders.add(
        id, {.kind = HolderTerms::Kind::rate, .limit = 600, .burst = 100, .on_outage = on_outage},
        balances.emplace_back());
  }
  std::string send() {
    EXPECT_LE(holders.next_send(now), now);
    sent = holders.encode(now);
    EXPECT_EQ(holders.next_send(now), Instant::max());
    return sent;
  }
  std::string answer_to(const std::string& body) {
    const auto request = decode_request(body);
    EXPECT_TRUE(request);
    const auto outcome = authority.sync(*request, now, {});
    EXPECT_TRUE(outcome);
    return encode(outcome->answer);
  }
  void talk() { EXPECT_TRUE(holders.on_answer(answer_to(send()), now)); }
  void tick(Duration step) {
    now += step;
    holders.tick(now);
  }
  void go_away() {
    while (holders.contact() != Contact::away) {
      if (holders.next_send(now) <= now) holders.encode(now);
      tick(50ms);
    }
  }

  Instant now{24h};
  Holders holders{"p", "policy", now};
  std::deque<quota::Balance> balances;
  Authority authority;
  std::string sent;
  int last = 0;
};

TEST_F(LeaseHolders, SaysAWordAtTheStartAndNowAndThen) {
  EXPECT_EQ(holders.proxies(), 0u);
  talk();
  EXPECT_EQ(sent, R"({"proxy":"p","seq":1,"policy":"policy","rules":[]})");
  EXPECT_EQ(holders.proxies(), 1u);
  EXPECT_EQ(holders.next_send(now), now + 10s);
  EXPECT_FALSE(holders.is_busy());
}

TEST_F(LeaseHolders, ListsWhatIsAskedForAndWhatIsDue) {
  talk();
  Holder& one = add("t:a/1");
  add("t:a/2");
  holders.wait(one, 3);
  EXPECT_TRUE(holders.is_busy());
  talk();
  EXPECT_NE(sent.find(R"("id":"t:a/1","got":0,"used":0,"back":0,"pending":3)"), std::string::npos)
      << sent;
  EXPECT_EQ(sent.find("t:a/2"), std::string::npos);
  EXPECT_TRUE(balances[0].take(1));
  holders.end_wait(one, 3);
  EXPECT_EQ(holders.next_send(now), now + 1s);  // half of the lease
  tick(600ms);
  Holder& two = add("t:a/2");
  holders.wait(two, 1);
  talk();
  EXPECT_NE(sent.find("t:a/1"), std::string::npos) << sent;  // along with it
}

TEST_F(LeaseHolders, SendsOneAtATimeAndTwentyASecond) {
  Holder& holder = add("t:a/1", OnOutage::closed);
  holders.wait(holder, 1'000);
  const Instant begin = now;
  std::size_t count = 0;
  for (; now < begin + 1s; tick(1ms))
    for (; holders.next_send(now) <= now; ++count) {
      holders.encode(now);
      holders.on_answer(R"({"seq":)" + std::to_string(count + 1) +
                            R"(,"authority":"a","ttl_ms":2000,"rules":[{"id":"t:a/1","grant":1}]})",
                        now);
    }
  EXPECT_EQ(count, Holders::most_a_second);
  EXPECT_EQ(holders.next_send(now), now);
}

TEST_F(LeaseHolders, TakesOnlyTheAnswerToItsLastRequest) {
  Holder& holder = add("t:a/1");
  holders.wait(holder, 3);
  const std::string first = answer_to(send());
  tick(200ms);
  EXPECT_EQ(holders.contact(), Contact::stale);
  const std::string second = answer_to(send());
  EXPECT_FALSE(holders.on_answer(first, now));
  EXPECT_FALSE(holders.on_answer("nonsense", now));
  EXPECT_TRUE(holders.on_answer(second, now));
  EXPECT_FALSE(holders.on_answer(second, now));
  EXPECT_EQ(balances[0].units(), 3);
  EXPECT_EQ(holders.contact(), Contact::ok);
}

TEST_F(LeaseHolders, TakesALateAnswerAsLongAsNoOtherRequestWasSent) {
  Holder& holder = add("t:a/1");
  holders.wait(holder, 3);
  const std::string first = answer_to(send());
  tick(210ms);
  EXPECT_TRUE(holders.on_answer(first, now));
  EXPECT_EQ(balances[0].units(), 3);
}

TEST_F(LeaseHolders, IsAwayAfterThreeFailures) {
  talk();
  Holder& holder = add("t:a/1", OnOutage::open);
  holders.wait(holder, 1);
  const Instant begin = now;
  for (int failure = 0; failure < 3; ++failure) {
    EXPECT_EQ(holder.stance(), Stance::ask);
    while (holders.next_send(now) > now) tick(10ms);
    holders.encode(now);
    holders.on_failure(now);
  }
  EXPECT_EQ(holders.contact(), Contact::away);
  EXPECT_EQ(now - begin, 400ms);  // not all at once
  EXPECT_EQ(holder.stance(), Stance::charge);
}

TEST_F(LeaseHolders, IsAwayAfterASecondOfSilence) {
  const Instant begin = now;
  go_away();
  EXPECT_LE(now - begin, 1s);
  EXPECT_LE(holders.next_send(now), now + 500ms);
  EXPECT_GT(holders.next_send(now), now);
}

TEST_F(LeaseHolders, SaysThatItWasAwayWhenItComesBack) {
  talk();
  Holder& holder = add("t:a/1");
  now += 10s;
  go_away();
  for (int i = 0; i < 40; ++i) tick(50ms);
  EXPECT_GT(balances[0].units(), 10);
  EXPECT_TRUE(balances[0].take(10));
  while (holders.next_send(now) > now) tick(50ms);
  talk();
  EXPECT_NE(sent.find(R"("away":true)"), std::string::npos) << sent;
  EXPECT_NE(sent.find(R"("used":10)"), std::string::npos) << sent;
  EXPECT_EQ(holders.contact(), Contact::ok);
  EXPECT_EQ(balances[0].units(), 0);
  EXPECT_EQ(holder.local(), 0);
}

TEST_F(LeaseHolders, ARuleThatIsAddedWhileAwayGoesOnTooAndSoDoesOneThatWasQuiet) {
  add("t:a/1");
  talk();
  now += 10s;
  go_away();
  add("t:a/2");
  for (int i = 0; i < 40; ++i) tick(50ms);
  EXPECT_GT(balances[0].units(), 0);
  EXPECT_GT(balances[1].units(), 0);
}

TEST_F(LeaseHolders, CountsAuthoritiesAndKeepsTheirNumberOfProxiesForAWhile) {
  const auto answer = [&](std::string_view name, int proxies) {
    while (holders.next_send(now) > now) tick(1s);
    holders.encode(now);
    EXPECT_TRUE(holders.on_answer(R"({"seq":)" + std::to_string(++last) + R"(,"authority":")" +
                                      std::string(name) + R"(","proxies":)" +
                                      std::to_string(proxies) + R"(,"ttl_ms":2000})",
                                  now));
  };
  answer("a", 9);
  answer("a", 8);
  EXPECT_EQ(holders.proxies(), 8u);
  EXPECT_EQ(holders.authority_changes(), 0u);
  answer("b", 1);
  EXPECT_EQ(holders.authority_changes(), 1u);
  EXPECT_EQ(holders.proxies(), 8u);
  for (int i = 0; i < 3; ++i) answer("b", 2);
  EXPECT_EQ(holders.proxies(), 2u);
}

TEST_F(LeaseHolders, HandsBackARuleThatIsRemoved) {
  Holder& holder = add("t:a/1");
  holders.wait(holder, 5);
  talk();
  holders.remove("t:a/1");
  holders.remove("t:a/1");
  holders.remove("t:a/none");
  tick(50ms);
  talk();
  EXPECT_NE(sent.find(R"("got":5,"used":0,"back":5,"gone":true)"), std::string::npos) << sent;
  EXPECT_EQ(holders.size(), 0u);
  EXPECT_EQ(authority.state("t:a/1")->free, 100);
  EXPECT_EQ(balances[0].units(), 0);
}

TEST_F(LeaseHolders, ARuleThatComesBackGoesOnWithItsTotals) {
  Holder& holder = add("t:a/1");
  holders.wait(holder, 5);
  talk();
  EXPECT_TRUE(balances[0].take(5));
  holders.end_wait(holder, 5);
  holders.remove("t:a/1");
  const std::string body = send();
  add("t:a/1");
  EXPECT_TRUE(holders.on_answer(answer_to(body), now));
  EXPECT_EQ(holders.size(), 1u);
  Holder& again = add("t:a/1");
  holders.wait(again, 2);
  tick(50ms);
  talk();
  EXPECT_NE(sent.find(R"("got":5,"used":5)"), std::string::npos) << sent;
  EXPECT_GE(balances[1].units(), 2);
}

TEST_F(LeaseHolders, HandsEverythingBackAtItsEnd) {
  Holder& one = add("t:a/1");
  holders.wait(one, 5);
  talk();
  EXPECT_TRUE(balances[0].take(2));
  holders.drain();
  EXPECT_FALSE(holders.is_drained());
  talk();
  EXPECT_NE(sent.find(R"("leaving":true)"), std::string::npos) << sent;
  EXPECT_NE(sent.find(R"("got":5,"used":2,"back":3)"), std::string::npos) << sent;
  EXPECT_TRUE(holders.is_drained());
  EXPECT_EQ(holders.next_send(now), Instant::max());
  EXPECT_EQ(authority.state("t:a/1")->lent, 0);
}

// Nothing is left to hand back, and nobody waits; but the authority counts the units as lent still.
TEST_F(LeaseHolders, TellsAtItsEndWhatWasSpentLast) {
  Holder& one = add("t:a/1");
  holders.wait(one, 1);
  talk();
  holders.end_wait(one, 1);
  EXPECT_TRUE(balances[0].take(1));
  tick(50ms);
  EXPECT_FALSE(holders.is_busy());
  EXPECT_EQ(authority.state("t:a/1")->lent, 1);
  holders.drain();
  talk();
  EXPECT_NE(sent.find(R"("got":1,"used":1,"back":0)"), std::string::npos) << sent;
  EXPECT_TRUE(holders.is_drained());
  EXPECT_EQ(authority.state("t:a/1")->lent, 0);
}

TEST_F(LeaseHolders, ListsNoMoreRulesThanAMessageHas) {
  talk();
  for (std::size_t i = 0; i < most_rules + 10; ++i)
    holders.wait(add("t:a/" + std::to_string(i)), 1);
  talk();
  EXPECT_EQ(decode_request(sent)->rules.size(), most_rules);
  std::size_t had = 0;
  for (const auto& each : balances) had += each.units() > 0 ? 1 : 0;
  EXPECT_EQ(had, most_rules);
}

}  // namespace
}  // namespace llmgw::lease
