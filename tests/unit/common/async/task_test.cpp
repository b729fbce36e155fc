// SPDX-License-Identifier: MIT
// Task, OneShot, Child and the frame pool, run by hand.
#include "common/async/task.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "common/async/spawn.hpp"

namespace llmgw {
namespace {

Task<int> answer() { co_return 42; }
Task<std::string> fail() {
  throw std::runtime_error("on purpose");
  co_return "";
}

Task<void> add_up(int depth, int& sum) {
  if (depth == 0) co_return;
  sum += co_await answer();
  co_await add_up(depth - 1, sum);
}

TEST(Task, ReturnsValuesThroughItsAwaiters) {
  int sum = 0;
  spawn(add_up(100, sum));
  EXPECT_EQ(sum, 4'200);
}

Task<void> count_rounds(int rounds, int& count) {
  for (int i = 0; i < rounds; ++i) {
    const int value = co_await answer();
    if (value == 42) ++count;
  }
}

TEST(Task, RoundsThatNeverSuspendDoNotGrowTheStack) {
  int count = 0;
  spawn(count_rounds(1'000'000, count));
  EXPECT_EQ(count, 1'000'000);
}

Task<int> pass_on(OneShot<int>*& parked) {
  OneShot<int> shot;
  parked = &shot;
  co_return co_await shot;
}

Task<void> add_what_comes(OneShot<int>*& parked, std::int64_t& sum) {
  for (int value = 1; value != 0;) {
    value = co_await pass_on(parked);
    sum += value;
  }
  parked = nullptr;
}

TEST(Task, RoundsThatSuspendDoNotGrowTheStack) {
  OneShot<int>* parked = nullptr;
  std::int64_t sum = 0;
  spawn(add_what_comes(parked, sum));
  for (int i = 0; i < 1'000'000; ++i) parked->set(1);
  EXPECT_EQ(sum, 1'000'000);
  parked->set(0);
  EXPECT_EQ(parked, nullptr);
}

Task<void> catch_failure(std::string& caught) {
  try {
    co_await fail();
  } catch (const std::runtime_error& failure) {
    caught = failure.what();
  }
}

TEST(Task, CarriesExceptionsToItsAwaiter) {
  std::string caught;
  spawn(catch_failure(caught));
  EXPECT_EQ(caught, "on purpose");
}

struct Marker {
  explicit Marker(bool& flag) : destroyed(flag) {}
  ~Marker() { destroyed = true; }
  bool& destroyed;
};

Task<void> never_started(bool& flag) {
  Marker marker(flag);
  co_return;
}

TEST(Task, OneThatIsNeverAwaitedNeverRuns) {
  bool destroyed = false;
  { const Task<void> task = never_started(destroyed); }
  EXPECT_FALSE(destroyed);
}

Task<void> await_shot(OneShot<int>& shot, int& seen) { seen = co_await shot; }

TEST(OneShot, ResumesItsWaiterOrIsReadyForOne) {
  OneShot<int> early, late;
  int first = 0, second = 0;
  early.set(1);
  spawn(await_shot(early, first));
  EXPECT_EQ(first, 1);
  spawn(await_shot(late, second));
  EXPECT_EQ(second, 0);
  late.set(2);
  EXPECT_EQ(second, 2);
}

Task<void> work(OneShot<int>& shot, std::vector<std::string>& log) {
  log.push_back("child begins");
  co_await shot;
  log.push_back("child ends");
}

Task<void> parent(OneShot<int>& shot, std::vector<std::string>& log) {
  Child child;
  child.start(work(shot, log));
  log.push_back("parent goes on");
  co_await child.join();
  log.push_back("joined");
  co_await child.join();
}

TEST(Child, RunsBesideItsParentUntilJoined) {
  OneShot<int> shot;
  std::vector<std::string> log;
  spawn(parent(shot, log));
  EXPECT_EQ(log, (std::vector<std::string>{"child begins", "parent goes on"}));
  shot.set(1);
  EXPECT_EQ(log.back(), "joined");
}

TEST(FramePool, GivesTheSameMemoryAgain) {
  void* first = FramePool::allocate(200);
  FramePool::release(first, 200);
  void* second = FramePool::allocate(250);  // the same class of 64-byte steps
  EXPECT_EQ(first, second);
  FramePool::release(second, 250);
  void* large = FramePool::allocate(1 << 20);
  ASSERT_NE(large, nullptr);
  FramePool::release(large, 1 << 20);
}

}  // namespace
}  // namespace llmgw
