// SPDX-License-Identifier: MIT
// The edge set below its context: nothing is missed, nobody starves, and it ends.
#include "common/async/edge_set.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "common/async/timer.hpp"
#include "common/net/listener.hpp"
#include "tests/unit/common/async/pipe.hpp"
#include "tests/unit/common/net/loopback.hpp"

namespace llmgw {
namespace {

using namespace std::chrono_literals;

/// Pipes that are always ready: each is written to whenever it is told of, until somebody stops it.
class Flood {
 public:
  explicit Flood(Loop& loop) {
    for (auto& each : pipes_) {
      each = std::make_unique<Pipe>(loop);
      each->then = [this, &pipe = *each] {
        ++told_;
        pipe.read();
        if (!is_over_) pipe.write();
      };
      each->write();
    }
  }
  void stop() { is_over_ = true; }
  int told() const { return told_; }

 private:
  std::array<std::unique_ptr<Pipe>, 20> pipes_;
  bool is_over_ = false;
  int told_ = 0;
};

TEST(EdgeSet, TimersAndPostsHaveTheirTurnInAFlood) {
  Loop loop(1h);
  Flood flood(loop);
  Alarm alarm(loop);
  alarm.set(5ms, [&] {
    loop.post([&] {
      flood.stop();
      loop.stop();
    });
  });
  loop.run();
  EXPECT_GT(flood.told(), 0);
}

TEST(EdgeSet, ConnectionsAreAcceptedInAFlood) {
  Loop loop(1h);
  Flood flood(loop);
  const Endpoint endpoint = reserve_address({.host = "127.0.0.1", .port = 0}).value();
  const auto listener = Listener::open(loop, endpoint).value();
  constexpr std::size_t clients = 5;
  std::vector<Descriptor> connected;
  for (std::size_t i = 0; i < clients; ++i) {
    connected.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
    ASSERT_EQ(::connect(connected.back().number(), endpoint.data(), sizeof(sockaddr_in)), 0);
  }
  std::size_t accepted = 0;
  listener->start([&](const Descriptor&) -> Result<void> {
    if (++accepted < clients) return {};
    flood.stop();
    listener->close();
    loop.stop();
    return {};
  });
  loop.run();
  EXPECT_EQ(accepted, clients);
}

TEST(EdgeSet, TheFloodGoesOnBesideATimerThatNeverRests) {
  Loop loop(1h);
  Flood flood(loop);
  Alarm alarm(loop);
  std::function<void()> again = [&] {
    if (flood.told() < 10'000) return alarm.set(0ms, again);
    flood.stop();
    loop.stop();
  };
  again();
  loop.run();
}

// The first has been told of by the look that the second comes after.
TEST(EdgeSet, AnEventBetweenTwoLooksIsTold) {
  Loop loop(1h);
  Pipe first(loop), second(loop);
  second.then = [&] { loop.stop(); };
  first.then = [&] { second.write(); };
  first.write();
  loop.run();
}

// The other thread writes as soon as it is answered, which is anywhere between a look that finds
// nothing and the kernel's wait: each of its bytes ends a wait of its own.
TEST(EdgeSet, NoEventIsLostOnTheWayBackToSleep) {
  constexpr int rounds = 5000;
  Loop loop(1h);
  Pipe asked(loop), answered(loop);
  answered.then = [] {};
  int told = 0;
  asked.then = [&] {
    asked.read();
    answered.write();
    if (++told == rounds) loop.stop();
  };
  std::thread other([&] {
    for (int i = 0; i < rounds; ++i) {
      asked.write();
      pollfd waited{answered.from.number(), POLLIN, 0};
      ASSERT_EQ(::poll(&waited, 1, 10'000), 1) << "in round " << i;
      answered.read();
    }
  });
  loop.run();
  other.join();
  EXPECT_EQ(told, rounds);
}

// A number that is free again belongs to somebody else.
TEST(EdgeSet, AnEventOfAClosedDescriptorIsNotToldToTheNextOfItsNumber) {
  Loop loop(1h);
  auto one = std::make_unique<Pipe>(loop);
  auto other = std::make_unique<Pipe>(loop);
  std::unique_ptr<Pipe> next;
  const auto replace = [&](std::unique_ptr<Pipe>& dies) {
    const int number = dies->from.number();
    dies.reset();
    next = std::make_unique<Pipe>(loop);
    EXPECT_EQ(next->from.number(), number);
    loop.stop();
  };
  one->then = [&] { replace(other); };
  other->then = [&] { replace(one); };
  one->write();
  other->write();
  loop.run();
}

TEST(EdgeSet, ATargetMayDestroyItselfAndAllOthers) {
  Loop loop(1h);
  std::vector<std::unique_ptr<Pipe>> all;
  int told = 0;
  for (int i = 0; i < 50; ++i) {
    all.push_back(std::make_unique<Pipe>(loop));
    all.back()->then = [&] {
      ++told;
      loop.stop();
      std::vector<std::unique_ptr<Pipe>>().swap(all);
    };
    all.back()->write();
  }
  loop.run();
  EXPECT_EQ(told, 1);
}

TEST(EdgeSet, WhatIsWaitedForIsToldAfterStop) {
  Loop loop(1h);
  Pipe pipe(loop);
  bool told = false;
  pipe.then = [&] {
    told = true;
    loop.end_wait();
  };
  loop.begin_wait();
  loop.stop();
  std::thread other([&] { pipe.write(); });
  loop.run();
  other.join();
  EXPECT_TRUE(told);
}

// By then the set has let go of its context.
TEST(EdgeSet, AWaitThatBeginsAfterStopIsServed) {
  Loop loop(1h);
  Pipe pipe(loop);
  Alarm alarm(loop);
  int told = 0;
  alarm.set(5ms, [&] {
    loop.begin_wait();
    pipe.write();
  });
  pipe.then = [&] {
    pipe.read();
    loop.end_wait();
    if (++told == 2) return;
    loop.begin_wait();
    pipe.write();
  };
  loop.stop();
  loop.run();
  EXPECT_EQ(told, 2);
}

TEST(EdgeSet, HaltEndsItWhateverIsReady) {
  Loop loop(1h);
  Flood flood(loop);
  Alarm alarm(loop);
  alarm.set(1h, [] {});
  loop.begin_wait();
  Pipe pipe(loop);
  pipe.then = [&] {
    loop.halt();
    flood.stop();
  };
  pipe.write();
  loop.run();
  loop.end_wait();
}

TEST(EdgeSet, NobodyIsToldAfterHalt) {
  Loop loop(1h);
  Pipe one(loop), other(loop);
  int told = 0;
  for (Pipe* each : {&one, &other}) {
    each->then = [&] {
      ++told;
      loop.halt();
    };
    each->write();
  }
  loop.run();
  EXPECT_EQ(told, 1);
}

struct Step final : Runnable {
  explicit Step(std::function<void()> what) : then(std::move(what)) {}
  void run() override { then(); }
  std::function<void()> then;
};

// Nothing else would wake the loop.
TEST(EdgeSet, WorkThatATimerAsksForIsRun) {
  Loop loop(1h);
  Step stop([&] { loop.stop(); });
  Alarm alarm(loop);
  alarm.set(1ms, [&] { loop.run_soon(stop); });
  loop.run();
}

TEST(EdgeSet, TimersHaveTheirTurnBesideWorkThatNeverEnds) {
  Loop loop(1h);
  bool is_over = false;
  Step busy([&] {
    if (!is_over) loop.run_soon(busy);
  });
  loop.run_soon(busy);
  Alarm alarm(loop);
  alarm.set(5ms, [&] {
    is_over = true;
    loop.stop();
  });
  loop.run();
}

}  // namespace
}  // namespace llmgw
