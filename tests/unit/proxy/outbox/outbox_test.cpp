// SPDX-License-Identifier: MIT
// The outbox: bounds, whole lines, and one producer against one consumer.
#include "proxy/outbox/outbox.hpp"

#include <gtest/gtest.h>

#include <semaphore>
#include <thread>

namespace llmgw::proxy {
namespace {

struct Bell final : Wakeup {
  void wake() noexcept override {
    ++rung;
    signal.release();
  }
  void urge() noexcept override { ++urged; }
  using Wakeup::announce_sleep;
  using Wakeup::stay_awake;
  std::counting_semaphore<> signal{0};
  std::atomic<int> rung{0};
  int urged = 0;
};

TEST(Outbox, DropsAndCountsBeyondItsBound) {
  Bell bell;
  Outbox outbox(3, bell);
  for (int i = 0; i < 5; ++i) outbox.push("{}\n");
  EXPECT_EQ(outbox.produced(), 5u);
  EXPECT_EQ(outbox.dropped(), 2u);
  EXPECT_EQ(outbox.queued(), 3u);
  std::string batch;
  EXPECT_EQ(outbox.pop(batch, 1000), 3u);
  EXPECT_EQ(batch, "{}\n{}\n{}\n");
  EXPECT_EQ(outbox.queued(), 0u);
  outbox.push("{}\n");
  EXPECT_EQ(outbox.queued(), 1u);
}

TEST(Outbox, DropsWhenItsBytesAreUsedUp) {
  Bell bell;
  Outbox outbox(100, bell);
  const std::string line = std::string(9'000, 'x') + '\n';
  for (int i = 0; i < 100; ++i) outbox.push(line);
  EXPECT_GT(outbox.dropped(), 0u);
  EXPECT_EQ(outbox.queued() + outbox.dropped(), outbox.produced());
}

TEST(Outbox, UrgesOnceEachTimeItBecomesHalfFull) {
  Bell bell;
  Outbox outbox(50, bell);
  std::string batch;
  for (int round = 1; round < 20; ++round) {
    for (int i = 0; i < 24; ++i) outbox.push("{}\n");
    EXPECT_EQ(bell.urged, round - 1);
    for (int i = 24; i < 60; ++i) outbox.push("{}\n");
    EXPECT_EQ(bell.urged, round);
    EXPECT_EQ(outbox.pop(batch, 1'000'000), 50u);
  }
}

// Events may be larger than the room set aside for each.
TEST(Outbox, UrgesOnceHalfOfItsBytesAreUsed) {
  Bell bell;
  Outbox outbox(50, bell);
  const std::string line = std::string(2 * Outbox::bytes_an_event - 1, 'x') + '\n';
  std::string batch;
  for (int round = 1; round < 20; ++round) {
    for (int i = 0; i < 12; ++i) outbox.push(line);
    EXPECT_EQ(bell.urged, round - 1);
    outbox.push(line);
    EXPECT_EQ(bell.urged, round);
    EXPECT_EQ(outbox.pop(batch, 1'000'000), 13u);
  }
  EXPECT_EQ(outbox.dropped(), 0u);
}

TEST(Outbox, TheSmallestUrgesForEachEvent) {
  Bell bell;
  Outbox outbox(1, bell);
  std::string batch;
  for (int i = 1; i < 5; ++i) {
    outbox.push("{}\n");
    EXPECT_EQ(bell.urged, i);
    EXPECT_EQ(outbox.pop(batch, 1'000), 1u);
  }
}

TEST(Outbox, PopsWholeLinesAtEveryBound) {
  for (std::size_t bound = 1; bound < 40; ++bound) {
    Bell bell;
    Outbox outbox(10, bell);
    const std::string all = "first\nsecond line\nthird\n";
    outbox.push("first\n");
    outbox.push("second line\n");
    outbox.push("third\n");
    std::string together;
    std::size_t lines = 0;
    for (int round = 0; round < 100 && lines < 3; ++round) {
      std::string batch;
      lines += outbox.pop(batch, bound);
      EXPECT_TRUE(batch.empty() || batch.back() == '\n');
      EXPECT_LE(batch.size(), bound);
      together += batch;
    }
    // A bound below the longest line cannot deliver it.
    EXPECT_TRUE(bound < 12 || together == all) << bound << together;
  }
}

TEST(Outbox, PopsAsManyAsAreAskedFor) {
  Bell bell;
  Outbox outbox(10, bell);
  for (const char* line : {"a\n", "bb\n", "ccc\n"}) outbox.push(line);
  std::string batch = "before\n";
  EXPECT_EQ(outbox.pop(batch, 1000, 2), 2u);
  EXPECT_EQ(batch, "before\na\nbb\n");
  EXPECT_EQ(outbox.pop(batch, 1000, 0), 0u);
  EXPECT_EQ(outbox.pop(batch, batch.size(), 1), 0u);
  EXPECT_EQ(outbox.pop(batch, 1000, 1), 1u);
  EXPECT_EQ(batch, "before\na\nbb\nccc\n");
}

TEST(Outbox, WakesOnlyASleeper) {
  Bell bell;
  Outbox outbox(10, bell);
  outbox.push("a\n");
  EXPECT_EQ(bell.rung, 0);
  bell.announce_sleep();
  outbox.push("b\n");
  outbox.push("c\n");
  EXPECT_EQ(bell.rung, 1);
}

TEST(Outbox, LosesNothingBetweenTwoThreads) {
  constexpr int events = 200'000;
  Bell bell;
  Outbox outbox(1000, bell);
  std::thread producer([&] {
    for (int i = 0; i < events; ++i) {
      const std::string line = std::to_string(i) + '\n';
      const std::uint64_t dropped = outbox.dropped();
      outbox.push(line);
      if (outbox.dropped() != dropped) std::this_thread::yield();
    }
  });
  std::uint64_t received = 0;
  long last = -1;
  bool done = false;
  while (!done) {
    std::string batch;
    if (outbox.pop(batch, 64 * 1024) == 0) {
      done = outbox.produced() == events && outbox.queued() == 0;
      if (done) break;
      bell.announce_sleep();
      if (outbox.queued() == 0 && outbox.produced() < events) bell.signal.acquire();
      bell.stay_awake();
      continue;
    }
    for (std::size_t at = 0; at < batch.size();) {
      const std::size_t end = batch.find('\n', at);
      ASSERT_NE(end, batch.npos);
      const long number = std::stol(batch.substr(at, end - at));
      ASSERT_GT(number, last);  // in order
      last = number;
      ++received;
      at = end + 1;
    }
  }
  producer.join();
  EXPECT_EQ(received + outbox.dropped(), static_cast<std::uint64_t>(events));
}

}  // namespace
}  // namespace llmgw::proxy
