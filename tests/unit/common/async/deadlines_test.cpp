// SPDX-License-Identifier: MIT
// Deadlines under a clock moved by hand.
#include "common/async/deadlines.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

namespace llmgw {
namespace {

using namespace std::chrono_literals;

struct Probe final : Deadline {
  explicit Probe(Deadlines& list) { list.add(*this); }
  void expired() noexcept override {
    ++fired;
    if (then) then();
  }
  int fired = 0;
  std::function<void()> then;
};

TEST(Deadlines, FireOnceNeverEarlyAndAtMostTwoTicksLate) {
  Deadlines list(100ms);
  const auto start = list.now();
  Probe probe(list);
  list.arm(probe, 250ms);
  list.advance(start + 349ms);
  EXPECT_EQ(probe.fired, 0);
  list.advance(start + 350ms);
  EXPECT_EQ(probe.fired, 1);
  list.advance(start + 10s);
  EXPECT_EQ(probe.fired, 1);
}

TEST(Deadlines, CanBeDisarmedAndMoved) {
  Deadlines list(10ms);
  const auto start = list.now();
  Probe disarmed(list), moved(list);
  list.arm(disarmed, 50ms);
  disarmed.expires_never();
  list.arm(moved, 50ms);
  list.arm(moved, 500ms);
  list.advance(start + 100ms);
  EXPECT_EQ(disarmed.fired + moved.fired, 0);
  list.advance(start + 510ms);
  EXPECT_EQ(moved.fired, 1);
}

TEST(Deadlines, MayDestroyOthersOrThemselvesWhileFiring) {
  Deadlines list(1ms);
  auto a = std::make_unique<Probe>(list);
  auto b = std::make_unique<Probe>(list);
  auto c = std::make_unique<Probe>(list);
  for (Probe* each : {a.get(), b.get(), c.get()}) list.arm(*each, 1ms);
  // The list is walked from the one added last.
  c->then = [&] { b.reset(); };
  list.advance(list.now() + 1s);
  EXPECT_EQ(c->fired, 1);
  EXPECT_EQ(a->fired, 1);
  list.arm(*a, 1ms);
  list.arm(*c, 1ms);
  c->then = [&] { a.reset(); };
  list.advance(list.now() + 2s);
  EXPECT_EQ(c->fired, 2);
  Probe* self = c.get();
  list.arm(*self, 1ms);
  c->then = [owner = &c] { owner->reset(); };
  // The function lives in the object it destroys: nothing of it may be touched afterwards.
  auto then = c->then;
  c->then = nullptr;
  then();
  list.advance(list.now() + 3s);
}

TEST(Deadlines, MayRearmThemselves) {
  Deadlines list(1ms);
  Probe probe(list);
  probe.then = [&] { list.arm(probe, 10ms); };
  list.arm(probe, 10ms);
  auto now = list.now();
  for (int i = 0; i < 5; ++i) list.advance(now += 20ms);
  EXPECT_EQ(probe.fired, 5);
}

}  // namespace
}  // namespace llmgw
