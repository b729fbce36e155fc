// SPDX-License-Identifier: MIT
// The pool: its limit and queue, what it reuses, when it gives up, and what it does about names.
#include "proxy/upstream/pool.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "common/async/timer.hpp"
#include "tests/unit/common/net/loopback.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using Opened = Result<Pool::Connection>;

HttpUrl url(std::uint16_t port, bool tls = false) {
  return {tls, "name.test", port, "", "name.test"};
}

class PoolTest : public testing::Test {
 public:
  LookUp::Ask ask() {
    return [this](const std::string&, std::uint16_t) {
      ++asked_;
      return std::vector<Endpoint>{asked_ == 1 ? first_.endpoint() : later_->endpoint()};
    };
  }
  void run_test(Task<void> test) { run(loop_, std::move(test)); }

  // Opens a connection beside the test, and notes its place in the order of arrival.
  void open_beside(Pool& pool, Opened& outcome, ConnectAttempt& attempt) {
    spawn([](PoolTest& self, Pool& from, Opened& out, ConnectAttempt& control) -> Task<void> {
      out = co_await from.open(control);
      self.order_.push_back(&out);
    }(*this, pool, outcome, attempt));
  }

  LoopbackPort first_{64}, second_{64};
  LoopbackPort* later_ = &first_;
  std::atomic<int> asked_ = 0;
  Loop loop_{10ms};
  ConnectAttempt attempt_;
  PoolTimes times_;
  std::vector<Opened*> order_;
};

TEST_F(PoolTest, AConnectionIsUsedAgain) {
  Pool pool(loop_, url(1), nullptr, times_, {}, ask());
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    auto opened = co_await from.open(self.attempt_);
    EXPECT_EQ(from.take_idle(), nullptr);
    const UpstreamConnection* which = opened->get();
    from.give_back(*opened);
    EXPECT_EQ(from.counts().idle, 1u);
    const Pool::Connection again = from.take_idle();
    EXPECT_EQ(again.get(), which);
    EXPECT_EQ(from.counts().opened, 1u);
    EXPECT_EQ(from.counts().reused, 1u);
    EXPECT_EQ(from.counts().open, 1u);
  }(*this, pool));
}

TEST_F(PoolTest, WaitingIsFirstComeFirstServed) {
  Pool pool(loop_, url(1), nullptr, times_, {.open = 1}, ask());
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    auto held = co_await from.open(self.attempt_);
    const UpstreamConnection* which = held->get();
    Opened second = errc::ok;
    Opened third = errc::ok;
    Timer pause(self.loop_);
    self.open_beside(from, second, self.attempt_);
    ConnectAttempt another;
    self.open_beside(from, third, another);
    EXPECT_EQ(from.take_idle(), nullptr);
    from.give_back(*held);
    EXPECT_EQ(from.take_idle(), nullptr);  // it is promised already
    while (self.order_.size() < 1) co_await pause.wait(1ms);
    EXPECT_EQ(self.order_.front(), &second);
    EXPECT_EQ(second->get(), which);
    second->reset();  // closed, not given back: the place goes on
    while (self.order_.size() < 2) co_await pause.wait(1ms);
    EXPECT_TRUE(third.has_value());
    EXPECT_EQ(from.counts().waited, 2u);
    EXPECT_EQ(from.counts().open, 1u);
    EXPECT_EQ(from.counts().opened, 2u);
  }(*this, pool));
}

TEST_F(PoolTest, WaitingIsBoundedAndCanBeCancelled) {
  Pool pool(loop_, url(1), nullptr, times_, {.open = 1, .turn = 30ms}, ask());
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    auto held = co_await from.open(self.attempt_);
    auto late = co_await from.open(self.attempt_);
    EXPECT_EQ(late.error(), errc::overloaded);
    self.loop_.post([&self] { self.attempt_.cancel(); });
    auto ended = co_await from.open(self.attempt_);
    EXPECT_EQ(ended.error(), errc::cancelled);
    held->reset();
    ConnectAttempt another;
    auto free_again = co_await from.open(another);
    EXPECT_TRUE(free_again.has_value());
  }(*this, pool));
}

TEST_F(PoolTest, AnIdleConnectionThatTheUpstreamClosedIsGone) {
  Pool pool(loop_, url(1), nullptr, times_, {}, ask());
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    Timer pause(self.loop_);
    auto closed = co_await from.open(self.attempt_);
    auto half_closed = co_await from.open(self.attempt_);
    from.give_back(*closed);
    from.give_back(*half_closed);
    EXPECT_EQ(from.counts().idle, 2u);
    self.first_.accept().close();
    const Descriptor half = self.first_.accept();
    ::shutdown(half.number(), SHUT_WR);
    while (from.counts().idle > 0) co_await pause.wait(1ms);
    EXPECT_EQ(from.take_idle(), nullptr);
    EXPECT_EQ(from.counts().open, 0u);
  }(*this, pool));
}

TEST_F(PoolTest, AnIdleConnectionIsGivenUpBeforeTheUpstreamDoes) {
  Pool pool(loop_, url(1), nullptr, times_, {.idle = 50ms}, ask());
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    Timer pause(self.loop_);
    auto opened = co_await from.open(self.attempt_);
    from.give_back(*opened);
    const auto begin = Deadline::Clock::now();
    while (from.counts().idle > 0) co_await pause.wait(1ms);
    EXPECT_GE(Deadline::Clock::now() - begin, 40ms);
    EXPECT_LT(Deadline::Clock::now() - begin, 2s);
  }(*this, pool));
}

TEST_F(PoolTest, ConnectingHasALimit) {
  LoopbackPort silent(0);
  silent.fall_silent();
  later_ = &silent;
  asked_ = 1;
  Pool pool(loop_, url(1), nullptr, times_, {.step = 50ms}, ask());
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    auto late = co_await from.open(self.attempt_);
    EXPECT_EQ(late.error(), errc::timed_out);
    EXPECT_EQ(from.counts().failed, 1u);
    EXPECT_EQ(from.counts().open, 0u);
  }(*this, pool));
}

TEST_F(PoolTest, ShakingHandsHasALimitAndCanBeCancelled) {
  const auto tls = TlsContext::make("").value();
  Pool pool(loop_, url(1, true), tls.get(), times_, {.step = 50ms}, ask());
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    auto late = co_await from.open(self.attempt_);  // accepted, and nothing said
    EXPECT_EQ(late.error(), errc::timed_out);
    Timer pause(self.loop_);
    Opened outcome = errc::ok;
    self.open_beside(from, outcome, self.attempt_);
    co_await pause.wait(5ms);
    self.attempt_.cancel();
    while (self.order_.empty()) co_await pause.wait(1ms);
    EXPECT_EQ(outcome.error(), errc::cancelled);
    EXPECT_EQ(from.counts().open, 0u);
  }(*this, pool));
}

// The name points elsewhere since: the refusal is not the client's business.
TEST_F(PoolTest, ARefusalIsMetByANewLookUp) {
  LoopbackPort gone;
  later_ = &second_;
  Pool pool(loop_, url(1), nullptr, times_, {.look_up_pause = 0ms}, [this, &gone](auto&, auto) {
    ++asked_;
    return std::vector<Endpoint>{asked_ == 1 ? gone.endpoint() : second_.endpoint()};
  });
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    auto opened = co_await from.open(self.attempt_);
    EXPECT_TRUE(opened.has_value());
    EXPECT_EQ(self.asked_, 2);
    EXPECT_EQ(from.counts().failed, 0u);
  }(*this, pool));
}

TEST_F(PoolTest, ARefusalThatStandsIsTold) {
  LoopbackPort gone;
  later_ = &gone;
  asked_ = 1;
  Pool pool(loop_, url(1), nullptr, times_, {}, ask());
  run_test([](PoolTest& self, Pool& from) -> Task<void> {
    for (int i = 0; i < 3; ++i) {
      auto refused = co_await from.open(self.attempt_);
      EXPECT_EQ(refused.error(), errc::refused);
    }
    EXPECT_EQ(self.asked_, 2);  // once: not at each refusal within a second
    EXPECT_EQ(from.counts().failed, 3u);
  }(*this, pool));
}

}  // namespace
}  // namespace llmgw::proxy
