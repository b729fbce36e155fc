// SPDX-License-Identifier: MIT
// Limits from a text of the configuration file, with a clock that is set by hand.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "quota/callers.hpp"
#include "quota/reservation.hpp"
#include "tests/unit/quota/read_limits.hpp"

namespace llmgw::quota {

using namespace std::chrono_literals;

class LimitsFixture : public testing::Test {
 protected:
  void SetUp() override { clock() = Clock::time_point(1h); }

  static Clock::time_point& clock() {
    static Clock::time_point now;
    return now;
  }

  static std::shared_ptr<const RuleSet> set_of(const std::string& yaml,
                                               std::vector<KeyLimits> keys = {}) {
    ReadLimits read = read_limits_of(yaml);
    EXPECT_EQ(read.faults, std::vector<std::string>{});
    return std::make_shared<const RuleSet>(std::move(read.settings), std::move(keys));
  }

  /// As a process does with another file.
  void use(std::shared_ptr<const RuleSet> set) {
    ++generation;
    scopes->renew(set, generation);
    callers = std::make_unique<Callers>(CallerTerms{*scopes, counts, decisions}, std::move(set),
                                        generation);
  }
  void use(const std::string& yaml) { use(set_of(yaml)); }

  void pass(std::chrono::nanoseconds time) {
    for (auto left = time; left > 0ns; left -= 50ms) {
      clock() += std::min<std::chrono::nanoseconds>(left, 50ms);
      turn();
    }
  }
  void turn() {
    scopes->look_after(clock());
    for (const auto& each : scopes->collect()) (void)each;
  }

  std::unique_ptr<Reservation> reserve(std::string_view tenant, std::string_view key = {},
                                       bool refuses = true) {
    Caller::Pointer caller = callers->find(tenant, key);
    EXPECT_NE(caller, nullptr);
    return std::make_unique<Reservation>(std::move(caller),
                                         AdmissionTerms{refuses, [] { return clock(); }});
  }
  /// Of a request that is over at once; whether it was admitted.
  bool ask(std::string_view tenant, std::string_view key = {}) {
    const auto reservation = reserve(tenant, key);
    if (reservation->admit_head() || reservation->admit_body("m", demand)) return false;
    reservation->settle(actual);
    return true;
  }
  Units left(std::string_view tenant, std::string_view rule, std::string_view key = {}) {
    const Caller::Pointer caller = callers->find(tenant, key);
    for (const Caller::Entry& each : caller->entries())
      if (each.rule->id == rule) return each.balance->units();
    ADD_FAILURE() << "no rule " << rule;
    return 0;
  }

  std::unique_ptr<Scopes> scopes = std::make_unique<Scopes>();
  LimitCounts counts;
  DecisionCounts decisions;
  Generation generation = 0;
  std::unique_ptr<Callers> callers;
  Demand demand{.input_tokens = 10, .output_tokens = 20};
  Actual actual{.input_tokens = 10, .output_tokens = 20};
};

}  // namespace llmgw::quota
