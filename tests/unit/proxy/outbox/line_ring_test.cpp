// SPDX-License-Identifier: MIT
// The ring against a plain queue, at every size, and between two threads.
#include "proxy/outbox/line_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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
      const LineRing::Lines front = ring.front();
      ASSERT_EQ(front.count == 0, expected.empty());
      ASSERT_EQ(front.count, std::ranges::count(front.text, '\n'));
      std::size_t taken = 0;
      std::size_t lines = 0;
      for (const std::size_t wanted = random() % 4; lines < std::min(wanted, front.count);
           ++lines) {
        ASSERT_TRUE(front.text.substr(taken).starts_with(expected.front()));
        taken += expected.front().size();
        expected.pop_front();
      }
      ring.drop({front.text.substr(0, taken), lines});
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
    ring.drop(ring.front());
    for (std::size_t i = 0; i < 10; ++i)
      EXPECT_TRUE(ring.push("abcdefghi\n")) << before << ' ' << i;
    EXPECT_FALSE(ring.push("\n"));
    EXPECT_EQ(ring.front().text.size(), capacity);
    EXPECT_EQ(ring.front().count, 10u);
  }
}

TEST(LineRing, UsesTheSameMemoryAgainWhereItIsEmptied) {
  LineRing ring(1 << 20);
  ASSERT_TRUE(ring.push("first line\n"));
  const char* const begin = ring.front().text.data();
  for (int round = 0; round < 1000; ++round) {
    ring.drop(ring.front());
    ASSERT_TRUE(ring.push("a line\n"));
    ASSERT_TRUE(ring.push("another\n"));
    ASSERT_LT(ring.front().text.data() - begin, 32);
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
    const LineRing::Lines lines_there = ring.front();
    std::string_view front = lines_there.text;
    if (front.empty()) std::this_thread::yield();
    const int before = next;
    while (!front.empty()) {
      const std::size_t end = front.find('\n');
      is_right = is_right && end != front.npos && std::stoi(std::string(front)) == next;
      front.remove_prefix(std::min(end, front.size() - 1) + 1);
      ++next;
    }
    is_right = is_right && static_cast<std::size_t>(next - before) == lines_there.count;
    ring.drop(lines_there);
  }
  pushing.join();
  EXPECT_TRUE(is_right);
  EXPECT_EQ(ring.front().count, 0u);
}

// The count of lines is kept modulo 2^24.
TEST(LineRing, CountsOnWhereItsCounterBeginsAnew) {
  for (const int more : {0, 1}) {  // begins anew in an even and in an odd lap
    LineRing ring(100);
    for (int i = 0; i < (1 << 24) - 9 + more; ++i) {
      ASSERT_TRUE(ring.push("\n"));
      ring.drop(ring.front());
    }
    for (int round = 0; round < 10; ++round) {
      for (int i = 0; i < 3; ++i) ASSERT_TRUE(ring.push(std::to_string(i) + '\n'));
      ASSERT_EQ(ring.front().text, "0\n1\n2\n") << round;
      ASSERT_EQ(ring.front().count, 3u) << round;
      ring.drop(ring.front());
      ASSERT_EQ(ring.front().count, 0u);
    }
  }
}

}  // namespace
}  // namespace llmgw::proxy
