// SPDX-License-Identifier: MIT
// The ring against a plain queue, at every size, and between two threads.
#include "proxy/outbox/line_ring.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>
#include <thread>

namespace llmgw::proxy {
namespace {

std::string line_of(int number, std::size_t size) {
  std::string line = std::to_string(number) + ' ';
  line.resize(std::max(size, line.size() + 1), 'x');
  line.back() = '\n';
  return line;
}

constexpr std::size_t longest = 16;

TEST(LineRing, GivesLinesWholeAndInOrder) {
  std::mt19937 random(1);
  for (std::size_t capacity = 1; capacity < 80; ++capacity) {
    LineRing ring(capacity);
    std::deque<std::string> expected;
    std::size_t held = 0;
    int refused = 0;
    for (int step = 0; step < 3000; ++step) {
      if (random() % 2 == 0) {
        const std::string line = line_of(step, random() % 12);
        ASSERT_LE(line.size(), longest);
        if (ring.push(line)) {
          expected.push_back(line);
          held += line.size();
          ASSERT_LE(held, capacity);
        } else {
          ++refused;
          // Free memory may lie in two pieces, or be too short for a line at the end.
          ASSERT_GT(held + line.size() + longest, capacity) << "refused without need";
        }
        continue;
      }
      const std::string_view front = ring.front();
      ASSERT_EQ(front.empty(), expected.empty());
      std::size_t taken = 0;
      for (std::size_t lines = random() % 4; lines > 0 && taken < front.size(); --lines) {
        ASSERT_TRUE(front.substr(taken).starts_with(expected.front()));
        taken += expected.front().size();
        expected.pop_front();
      }
      ring.drop(taken);
      held -= taken;
    }
    EXPECT_GT(refused, 0);
  }
}

TEST(LineRing, HoldsAllOfItsCapacityWhereverItBegins) {
  constexpr std::size_t capacity = 100;
  for (std::size_t before = 0; before < 10; ++before) {
    LineRing ring(capacity);
    for (std::size_t i = 0; i < before; ++i) ASSERT_TRUE(ring.push("123456789\n"));
    ring.drop(ring.front().size());
    for (std::size_t i = 0; i < 10; ++i)
      EXPECT_TRUE(ring.push("abcdefghi\n")) << before << ' ' << i;
    EXPECT_FALSE(ring.push("\n"));
    EXPECT_EQ(ring.front().size(), capacity);
  }
}

TEST(LineRing, UsesTheSameMemoryAgainWhereItIsEmptied) {
  LineRing ring(1 << 20);
  ASSERT_TRUE(ring.push("first line\n"));
  const char* const begin = ring.front().data();
  for (int round = 0; round < 1000; ++round) {
    ring.drop(ring.front().size());
    ASSERT_TRUE(ring.push("a line\n"));
    ASSERT_TRUE(ring.push("another\n"));
    ASSERT_LT(ring.front().data() - begin, 32);
  }
}

TEST(LineRing, LosesNothingBetweenTwoThreads) {
  constexpr int lines = 300'000;
  LineRing ring(1000);
  std::thread pushing([&ring] {
    std::mt19937 random(3);
    for (int i = 0; i < lines; ++i) {
      const std::string line = line_of(i, random() % 100);
      while (!ring.push(line)) std::this_thread::yield();
    }
  });
  int next = 0;
  bool is_right = true;
  while (next < lines) {
    std::string_view front = ring.front();
    if (front.empty()) std::this_thread::yield();
    const std::size_t size = front.size();
    while (!front.empty()) {
      const std::size_t end = front.find('\n');
      is_right = is_right && end != front.npos && std::stoi(std::string(front)) == next;
      front.remove_prefix(std::min(end, front.size() - 1) + 1);
      ++next;
    }
    ring.drop(size);
  }
  pushing.join();
  EXPECT_TRUE(is_right);
  EXPECT_TRUE(ring.front().empty());
}

}  // namespace
}  // namespace llmgw::proxy
