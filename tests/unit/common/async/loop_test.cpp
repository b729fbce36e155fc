// SPDX-License-Identifier: MIT
// The loop: its order, its ends, and what is destroyed while it is at work.
#include "common/async/loop.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "common/async/timer.hpp"
#include "tests/unit/common/async/pipe.hpp"

namespace llmgw {
namespace {

using namespace std::chrono_literals;

struct Step final : Runnable {
  explicit Step(std::function<void()> what) : then(std::move(what)) {}
  void run() override { then(); }
  std::function<void()> then;
};

TEST(Loop, EndsWhenItWasStoppedAndNothingIsWaitedFor) {
  Loop loop;
  bool waited = false;
  spawn([](Loop& own, bool& done) -> Task<void> {
    own.stop();
    Timer timer(own);
    done = co_await timer.wait(20ms);
  }(loop, waited));
  loop.run();
  EXPECT_TRUE(waited);
}

TEST(Loop, EndsAtOnceWhenTheLastWorkOfATurnStopsIt) {
  Loop loop;
  Step stop([&] { loop.stop(); });
  loop.run_soon(stop);
  loop.run();
}

// The tick is far away, so that nothing but the work itself can end a wait.
TEST(Loop, WorkThatIsAskedForMeanwhileWaitsForTheNextTurn) {
  Loop loop(1h);
  std::string order;
  Step second([&] { order += "2"; });
  Step stop([&] { loop.stop(); });
  Step first([&] {
    order += "1";
    loop.run_soon(second);
    loop.run_soon(second);  // once, however often it is asked for
    loop.run_soon(stop);
  });
  Step third([&] { order += "3"; });
  loop.run_soon(first);
  loop.run_soon(third);
  loop.run();
  EXPECT_EQ(order, "132");
}

TEST(Loop, DescriptorsAreServedBesideWorkThatNeverEnds) {
  Loop loop;
  Pipe pipe(loop);
  bool told = false;
  Step busy([&] {
    if (!told) loop.run_soon(busy);
  });
  pipe.then = [&] {
    told = true;
    loop.stop();
  };
  loop.run_soon(busy);
  pipe.write();
  loop.run();
  EXPECT_TRUE(told);
}

TEST(Loop, WorkThatIsDestroyedIsNotRun) {
  Loop loop;
  auto doomed = std::make_unique<Step>([] { FAIL(); });
  Step killer([&] { doomed.reset(); });
  Step stop([&] { loop.stop(); });
  loop.run_soon(killer);
  loop.run_soon(*doomed);
  loop.run_soon(stop);
  loop.run();
}

// Both events are seen by one wait; whichever target is told first destroys the other.
TEST(Loop, AnEventOfADestroyedTargetIsForgotten) {
  Loop loop;
  auto one = std::make_unique<Pipe>(loop);
  auto other = std::make_unique<Pipe>(loop);
  int told = 0;
  const auto tell = [&](std::unique_ptr<Pipe>& dies) {
    ++told;
    dies.reset();
    loop.stop();
  };
  one->then = [&] { tell(other); };
  other->then = [&] { tell(one); };
  one->write();
  other->write();
  loop.run();
  EXPECT_EQ(told, 1);
}

TEST(Loop, OnePostWakesALoopThatSleeps) {
  Loop loop(1h);
  std::thread other([&] { loop.post([&loop] { loop.stop(); }); });
  loop.run();
  other.join();
}

TEST(Loop, EachPostOfOtherThreadsIsRunOnceInOrder) {
  Loop loop;
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&seen, i] { seen.push_back(i); });
    loop.post([&loop] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(seen.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(Alarm, RingInTheOrderOfTheirTimes) {
  Loop loop;
  std::string order;
  Alarm late(loop), early(loop), cancelled(loop);
  late.set(30ms, [&] {
    order += "late";
    loop.stop();
  });
  early.set(1ms, [&] { order += "early "; });
  cancelled.set(2ms, [] { FAIL(); });
  cancelled.cancel();
  loop.run();
  EXPECT_EQ(order, "early late");
}

TEST(Alarm, SetAnewRingsOnce) {
  Loop loop;
  int rung = 0;
  Alarm alarm(loop);
  alarm.set(1ms, [] { FAIL(); });
  alarm.set(5ms, [&] {
    ++rung;
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(rung, 1);
}

TEST(Alarm, MayDestroyItselfAndOthersThatAreDue) {
  Loop loop;
  auto self = std::make_unique<Alarm>(loop);
  auto other = std::make_unique<Alarm>(loop);
  self->set(0ms, [&] {
    self.reset();
    other.reset();
    loop.stop();
  });
  other->set(1ms, [] { FAIL(); });
  loop.run();
}

// Asio has both calls ready by the time that the first is made.
TEST(Alarm, IsCancelledAfterItsTimeToo) {
  Loop loop;
  Alarm one(loop), other(loop);
  int rung = 0;
  const auto ring = [&](Alarm& next) {
    ++rung;
    next.cancel();
    loop.stop();
  };
  one.set(0ms, [&] { ring(other); });
  other.set(0ms, [&] { ring(one); });
  loop.run();
  EXPECT_EQ(rung, 1);
}

TEST(Timer, ACancelledWaitGoesOnInTheNextTurn) {
  Loop loop;
  Timer timer(loop);
  std::string order;
  spawn([](Timer& own, std::string& said) -> Task<void> {
    said += co_await own.wait(1h) ? "passed" : "cut";
  }(timer, order));
  Step cancel([&] {
    timer.cancel();
    timer.cancel();
    order += "cancelled ";
    loop.stop();
  });
  loop.run_soon(cancel);
  loop.run();
  EXPECT_EQ(order, "cancelled cut");
}

}  // namespace
}  // namespace llmgw
