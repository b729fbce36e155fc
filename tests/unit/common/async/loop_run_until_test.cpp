// SPDX-License-Identifier: MIT
// A loop that runs for as long as one thing is waited for, and again for the next.
#include <gtest/gtest.h>

#include "common/async/alarm.hpp"
#include "common/async/loop.hpp"

namespace llmgw {
namespace {

TEST(LoopRunUntil, RunsAgainAndAgain) {
  Loop loop(std::chrono::milliseconds(1));
  for (int i = 0; i < 3; ++i) {
    bool is_done = false;
    Alarm alarm(loop);
    alarm.set(std::chrono::milliseconds(2), [&is_done] { is_done = true; });
    loop.run_until(is_done);
    EXPECT_TRUE(is_done);
  }
}

TEST(LoopRunUntil, ReturnsAtOnceWhereItIsSo) {
  Loop loop;
  loop.run_until(true);
}

}  // namespace
}  // namespace llmgw
