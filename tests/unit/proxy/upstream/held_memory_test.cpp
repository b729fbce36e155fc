// SPDX-License-Identifier: MIT
// What workers hold together never goes beyond the bound by more than they were given at once.
#include "proxy/upstream/held_memory.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <vector>

namespace llmgw::proxy {
namespace {

constexpr std::size_t step = HeldBytes::step;

TEST(HeldBytes, WithoutABoundThereIsRoom) {
  HeldBytes held;
  held.change(0, std::size_t{1} << 40);
  EXPECT_TRUE(held.has_room());
  EXPECT_TRUE(held.has_room_for(std::size_t{1} << 40));
  held.change(std::size_t{1} << 40, 0);
  EXPECT_EQ(held.size(), 0U);
}

TEST(HeldBytes, HasRoomUpToTheByte) {
  HeldMemory all(step + 10);
  HeldBytes held;
  held.share(all);
  EXPECT_TRUE(held.has_room_for(step + 10));
  EXPECT_FALSE(held.has_room_for(step + 11));
  held.change(0, step + 10);
  EXPECT_TRUE(held.has_room());
  EXPECT_EQ(all.left(), 0U);
  held.change(step + 10, step + 11);
  EXPECT_FALSE(held.has_room());
  EXPECT_FALSE(held.has_room_for(1));
  held.change(step + 11, 1);
  EXPECT_TRUE(held.has_room());
}

TEST(HeldBytes, WhatOneGivesBackAnotherHas) {
  HeldMemory all(8 * step);
  HeldBytes first;
  HeldBytes second;
  first.share(all);
  second.share(all);
  first.change(0, 8 * step);
  second.change(0, 100);
  EXPECT_FALSE(second.has_room());
  first.change(8 * step, 4 * step);
  EXPECT_TRUE(second.has_room());
  first.change(4 * step, 0);
  second.change(100, 6 * step);
  EXPECT_TRUE(second.has_room());
}

TEST(HeldBytes, NothingIsLostWithIt) {
  HeldMemory all(8 * step);
  {
    HeldBytes held;
    held.share(all);
    held.change(0, 3 * step);
    EXPECT_EQ(all.left(), 5 * step);
  }
  EXPECT_EQ(all.left(), 8 * step);
}

TEST(HeldBytes, ThreadsStayWithinTheBound) {
  const std::size_t most = 16 * step;
  HeldMemory all(most);
  std::vector<std::thread> threads;
  for (unsigned number = 0; number < 4; ++number) {
    threads.emplace_back([&all, most, number] {
      std::mt19937 random(number);
      HeldBytes held;
      held.share(all);
      std::size_t now = 0;
      for (int i = 0; i < 20'000; ++i) {
        const std::size_t next = random() % (6 * step);
        if (next > now && !held.has_room_for(next - now)) continue;
        held.change(now, next);
        now = next;
        if (!held.has_room()) {
          held.change(now, 0);
          now = 0;
        }
        EXPECT_LE(all.left(), most);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(all.left(), most);
}

}  // namespace
}  // namespace llmgw::proxy
