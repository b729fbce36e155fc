// SPDX-License-Identifier: MIT
// Whose turn it is: weights, keys, fallbacks, attempts, what cools, and what stays together.
#include "proxy/route/route.hpp"

#include <gtest/gtest.h>

#include <map>

#include "proxy/route/table.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using Clock = Cooling::Clock;

class RouteTest : public testing::Test {
 protected:
  static UpstreamSettings upstream(std::string name, std::vector<std::uint64_t> keys = {}) {
    UpstreamSettings made{.name = std::move(name), .type = "openai"};
    for (std::size_t i = 0; i < keys.size(); ++i)
      made.keys.push_back({.name = "k" + std::to_string(i), .weight = keys[i]});
    return made;
  }
  RouteTest() {
    config_.selects_by_header = config_.has_providers = true;
    config_.upstreams = {upstream("a"), upstream("b"), upstream("c")};
  }
  RouteTable& table() {
    if (!table_) table_.emplace(config_, book_);
    return *table_;
  }
  Route route(std::string_view model = "m") {
    return std::get<Route>(table().find({head_, "/v1/x", "t", model}));
  }
  // Names of the targets that are asked, one after the other.
  std::string asked(Route route) {
    std::string names;
    while (const Candidate* each = route.take(now_).candidate)
      names.append(names.empty() ? "" : " ").append(each->name);
    return names;
  }
  // How often each is asked first.
  std::map<std::string, int> firsts(int count, std::string_view model = "m") {
    std::map<std::string, int> counts;
    for (int i = 0; i < count; ++i) ++counts[route(model).take(now_).candidate->name];
    return counts;
  }
  std::shared_ptr<TargetCooling> cooling(std::string_view provider, std::string_view key = {},
                                         std::string_view model = {}) {
    return book_.of(provider, key, model);
  }

  Config config_;
  CoolingBook book_;
  http::Head head_;
  std::optional<RouteTable> table_;
  Clock::time_point now_ = Clock::now();
};

using Firsts = std::map<std::string, int>;

TEST_F(RouteTest, SharesByWeightsSmoothly) {
  config_.routing.models = {
      {.name = "m", .targets = {{.upstream = 0, .weight = 5}, {.upstream = 1}, {.upstream = 2}}}};
  std::string order;
  for (int i = 0; i < 7; ++i) order += route().take(now_).candidate->name;
  EXPECT_EQ(order, "aabacaa");
  EXPECT_EQ(firsts(700), (Firsts{{"a", 500}, {"b", 100}, {"c", 100}}));
}

TEST_F(RouteTest, KeysShareTheWeightOfTheirTarget) {
  config_.upstreams[0] = upstream("a", {3, 1});
  config_.routing.models = {{.name = "m", .targets = {{.upstream = 0}}}};
  EXPECT_EQ(firsts(400), (Firsts{{"a/k0", 300}, {"a/k1", 100}}));
}

TEST_F(RouteTest, WeightZeroWaitsUntilNothingElseIsFree) {
  config_.routing.models = {
      {.name = "m", .targets = {{.upstream = 0, .weight = 0}, {.upstream = 1}}}};
  EXPECT_EQ(firsts(10), (Firsts{{"b", 10}}));
  EXPECT_EQ(asked(route()), "b a");
  cooling("b")->note(Cause::rate_limit, 1min, now_, {}, false);
  EXPECT_EQ(firsts(10), (Firsts{{"a", 10}}));
}

TEST_F(RouteTest, FallsBackInOrderAndNeverAsksTwice) {
  const RetrySettings many{.attempts = 8};
  config_.routing.models = {
      {.name = "m", .targets = {{.upstream = 0}}, .fallback = {1, 2}, .retry = many},
      {.name = "n", .targets = {{.upstream = 1, .model = "x"}}, .fallback = {2}, .retry = many},
      {.name = "o", .targets = {{.upstream = 2}}, .retry = many}};
  EXPECT_EQ(asked(route()), "a b/x c");
  Route walked = route();
  EXPECT_EQ(walked.take(now_).model, "");  // as asked
  EXPECT_EQ(walked.take(now_).model, "x");
  EXPECT_EQ(walked.take(now_).model, "o");  // the name of the entry it fell back on
  EXPECT_FALSE(walked.has_more(now_));
}

TEST_F(RouteTest, AsksAsManyAsTheSettingsAllow) {
  for (const auto& [attempts, names] :
       {std::pair(1u, "a"), std::pair(2u, "a b"), std::pair(8u, "a b c")}) {
    table_.reset();
    config_.routing.models = {{.name = "m",
                               .targets = {{.upstream = 0}, {.upstream = 1}, {.upstream = 2}},
                               .retry = {.attempts = attempts}}};
    EXPECT_EQ(asked(route()), names);
  }
}

TEST_F(RouteTest, LeavesOutWhatCools) {
  config_.upstreams[0] = upstream("a", {1, 1});
  config_.routing.models = {{.name = "m", .targets = {{.upstream = 0}, {.upstream = 1}}},
                            {.name = "n", .targets = {{.upstream = 0, .model = "x"}}}};
  cooling("a", "k0")->note(Cause::rate_limit, 10s, now_, {}, false);
  EXPECT_EQ(firsts(10), (Firsts{{"a/k1", 5}, {"b", 5}}));
  // A limit is of a key and a model, a refused key is refused for all.
  EXPECT_EQ(firsts(10, "n"), (Firsts{{"a/k0/x", 5}, {"a/k1/x", 5}}));
  cooling("a", "k1")->note(Cause::key, std::nullopt, now_, {}, false);
  EXPECT_EQ(firsts(10), (Firsts{{"b", 10}}));
  EXPECT_EQ(firsts(10, "n"), (Firsts{{"a/k0/x", 10}}));
  now_ += 10s;
  EXPECT_EQ(firsts(10), (Firsts{{"a/k0", 5}, {"b", 5}}));
}

TEST_F(RouteTest, SaysForHowLongNothingIsFree) {
  config_.routing.models = {{.name = "m", .targets = {{.upstream = 0}, {.upstream = 1}}}};
  cooling("a")->note(Cause::rate_limit, 30s, now_, {}, false);
  cooling("b")->note(Cause::rate_limit, 20s, now_, {}, false);
  Route walked = route();
  EXPECT_EQ(walked.take(now_).candidate, nullptr);
  EXPECT_EQ(walked.wait(now_).until_free, 20s);
  EXPECT_TRUE(walked.wait(now_).is_limit);
  cooling("a")->note(Cause::not_found, std::nullopt, now_, {}, false);
  EXPECT_FALSE(walked.wait(now_).is_limit);
}

TEST_F(RouteTest, OneConversationStaysWithOneTargetWhileThatIsFree) {
  config_.routing.models = {{.name = "m",
                             .targets = {{.upstream = 0}, {.upstream = 1}, {.upstream = 2}},
                             .has_affinity = true}};
  std::map<std::string, int> counts;
  for (std::uint64_t number = 0; number < 300; ++number) {
    std::string first;
    for (int again = 0; again < 3; ++again) {
      Route walked = route();
      ASSERT_TRUE(walked.has_affinity());
      walked.begin_at(number);
      const std::string name = walked.take(now_).candidate->name;
      if (first.empty()) first = name;
      EXPECT_EQ(name, first);
    }
    ++counts[first];
  }
  EXPECT_EQ(counts, (Firsts{{"a", 100}, {"b", 100}, {"c", 100}}));
  cooling("a")->note(Cause::rate_limit, 10s, now_, {}, false);
  Route walked = route();
  walked.begin_at(0);
  EXPECT_NE(walked.take(now_).candidate->name, "a");
}

TEST_F(RouteTest, WhatIsPutBehindComesAfterTheOthersOfItsEntryAlone) {
  config_.routing.models = {
      {.name = "m",
       .targets = {{.upstream = 0, .weight = 100}, {.upstream = 1}, {.upstream = 2, .weight = 0}},
       .fallback = {1},
       .prefers_native = true,
       .retry = {.attempts = 8}},
      {.name = "n", .targets = {{.upstream = 0}, {.upstream = 1}}}};
  const auto behind = [this](std::vector<bool> upstreams) {
    Route walked = route();
    EXPECT_TRUE(walked.prefers_native());
    walked.put_behind(std::move(upstreams));
    return walked;
  };
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(asked(behind({true, false, false})), "b c a b a");
    EXPECT_EQ(asked(behind({true, true, false})).substr(0, 1), "c");
    EXPECT_EQ(asked(behind({false, false, false})).substr(0, 1), "a");
  }
  Route kept = behind({true, false, true});
  kept.begin_at(0);
  EXPECT_EQ(kept.take(now_).candidate->name, "b");
  EXPECT_EQ(kept.take(now_).candidate->name, "a");
  cooling("b")->note(Cause::rate_limit, 10s, now_, {}, false);
  EXPECT_EQ(behind({true, false, true}).take(now_).candidate->name, "a");
  EXPECT_FALSE(route("n").prefers_native());
}

}  // namespace
}  // namespace llmgw::proxy
