// SPDX-License-Identifier: MIT
// The window of ids: what it knows, and what it forgets first.
#include "collector/sinks/ndjson/recent_ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace llmgw::collector {
namespace {

constexpr HashSecret secret{0x0706'0504'0302'0100, 0x0f0e'0d0c'0b0a'0908};

EventKey key(int number) { return event_key(std::to_string(number)); }

TEST(RecentIds, KnowsWhatWasInserted) {
  RecentIds ids(10, secret);
  EXPECT_FALSE(ids.contains(key(1)));
  ids.insert(key(1));
  EXPECT_TRUE(ids.contains(key(1)));
  EXPECT_FALSE(ids.contains(key(2)));
}

TEST(RecentIds, RemembersTheLastOnesAndForgetsTheOldest) {
  RecentIds ids(3, secret);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(ids.insert(key(i)));
    for (int j = std::max(0, i - 2); j <= i; ++j) EXPECT_TRUE(ids.contains(key(j))) << i << j;
    EXPECT_FALSE(ids.contains(key(i - 6))) << i;
    EXPECT_LE(ids.size(), 6U);
  }
}

TEST(RecentIds, SaysWhetherAnIdIsNew) {
  RecentIds ids(2, secret);
  EXPECT_TRUE(ids.insert(key(1)));
  EXPECT_FALSE(ids.insert(key(1)));
  EXPECT_TRUE(ids.insert(key(2)));
  EXPECT_FALSE(ids.insert(key(2)));  // the generation is full: that must not make it the older one
  EXPECT_TRUE(ids.insert(key(3)));
  EXPECT_FALSE(ids.insert(key(1)));
  EXPECT_EQ(ids.size(), 3U);
}

TEST(RecentIds, IsMadeAgainOfItsKeys) {
  RecentIds ids(500, secret);
  for (int i = 0; i < 1'234; ++i) ids.insert(key(i));
  RecentIds again(500, secret);
  for (const EventKey& each : ids.keys()) again.insert(each);
  EXPECT_EQ(again.size(), ids.size());
  for (int i = 0; i < 1'234; ++i) EXPECT_EQ(again.contains(key(i)), ids.contains(key(i))) << i;
}

// Against a set that is known to be right; few distinct homes make long runs of neighbours.
TEST(RecentIds, TableAgreesWithAModel) {
  std::minstd_rand random(7);
  KeyTable table(secret);
  std::set<std::uint64_t> model;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t number = random() % 700 + 1;
    const EventKey some{0, number};
    const std::uint64_t hash = table.hash(some);
    switch (random() % 3) {
      case 0: EXPECT_EQ(table.insert(some, hash), model.insert(number).second); break;
      case 1: EXPECT_EQ(table.erase(some, hash), model.erase(number) == 1); break;
      default: EXPECT_EQ(table.contains(some, hash), model.contains(number)); break;
    }
    ASSERT_EQ(table.size(), model.size());
  }
  for (std::uint64_t number = 1; number <= 700; ++number)
    EXPECT_EQ(table.contains({0, number}, table.hash({0, number})), model.contains(number));
}

// The bytes 0 to 15 under the key 0 to 15, as OpenSSL has it with c-rounds:1 and d-rounds:3.
TEST(RecentIds, HashIsSipHash) {
  const EventKey text{0x0706'0504'0302'0100, 0x0f0e'0d0c'0b0a'0908};
  EXPECT_EQ(SipHash(secret).of(text), 0xcc4f'dd1a'7d90'8b66);
}

// How many slots it takes to find each key, per key: work, not time.
double probes_per_key(const HashSecret& hidden, const std::vector<EventKey>& keys) {
  RecentIds ids(keys.size(), hidden);
  for (const EventKey& each : keys) ids.insert(each);
  return static_cast<double>(ids.probes()) / static_cast<double>(keys.size());
}

constexpr std::size_t flood = 30'000;
constexpr double random_cost = 1.6;  // of linear probing in a table that is up to half full: 1.5

TEST(RecentIds, RandomIdsCostLittle) {
  std::mt19937_64 random(3);
  std::vector<EventKey> keys;
  while (keys.size() < flood) keys.push_back({random(), random()});
  EXPECT_LT(probes_per_key(secret, keys), random_cost);
}

// Ids that all had one place under a fixed mix of multiplications, and ids that count up.
TEST(RecentIds, IdsMadeForAKnownHashCostNoMore) {
  constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15;
  std::vector<EventKey> same_mix, counting_low, counting_high;
  for (std::uint64_t i = 1; i <= flood; ++i) {
    same_mix.push_back({(i * odd) ^ 0x1234'5678, i});
    counting_low.push_back({0x0192'f0c1'7a3b'7def, i});
    counting_high.push_back({i << 32, 0x9abc'0123'4567'89ab});
  }
  for (const auto& keys : {same_mix, counting_low, counting_high})
    EXPECT_LT(probes_per_key(secret, keys), random_cost);
}

// Who knew the secret could choose ids that fall together; the next process has another secret.
TEST(RecentIds, IdsMadeForOneSecretAreOfNoUseForAnother) {
  constexpr std::size_t few = 400;
  constexpr std::uint64_t places = 1'024;
  std::vector<EventKey> keys;
  for (std::uint64_t i = 1; keys.size() < few; ++i) {
    if (SipHash(secret).of({1, i}) % places == 7) keys.push_back({1, i});
  }
  EXPECT_GT(probes_per_key(secret, keys), few / 4.0);
  EXPECT_LT(probes_per_key({secret.first, secret.second + 1}, keys), random_cost);
}

// As after a restart: the ids come back in the order in which the table gave them out.
TEST(RecentIds, IdsThatWereKeptCostNoMore) {
  std::mt19937_64 random(3);
  RecentIds ids(flood, secret);
  for (std::size_t i = 0; i < flood; ++i) ids.insert({random(), random()});
  EXPECT_LT(probes_per_key({1, 2}, ids.keys()), random_cost);
}

}  // namespace
}  // namespace llmgw::collector
