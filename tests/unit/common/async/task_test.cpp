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

TEST(Task, ReturnsValuesThroughAnyDepthWithoutGrowingTheStack) {
  int sum = 0;
  spawn(add_up(10'000, sum));
  EXPECT_EQ(sum, 420'000);
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
