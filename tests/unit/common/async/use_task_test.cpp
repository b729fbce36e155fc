// SPDX-License-Identifier: MIT
// The completion token: what an operation completes with, and how it is ended.
#include "common/async/use_task.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tests/unit/common/net/loopback.hpp"

namespace llmgw {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

TEST(UseTask, YieldsTheCodeOfWhatHasNoValue) {
  Loop loop(1h);
  bool has_passed = false;
  run(loop, [](Loop& own, bool& passed) -> Task<void> {
    asio::steady_timer timer(own.context(), 1ms);
    const boost::system::error_code code = co_await timer.async_wait(use_task);
    passed = !code;
  }(loop, has_passed));
  EXPECT_TRUE(has_passed);
}

TEST(UseTask, YieldsAValueOrTheReasonThatThereIsNone) {
  Loop loop(1h);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::string said;
  run(loop, [](Loop& own, int from, int to, std::string& out) -> Task<void> {
    asio::posix::stream_descriptor reader(own.context(), from);
    Descriptor writer(to);
    EXPECT_EQ(::write(to, "abc", 3), 3);
    std::array<char, 8> bytes{};
    Result<std::size_t> count = co_await reader.async_read_some(asio::buffer(bytes), use_task);
    out.assign(bytes.data(), count.value());
    writer.close();
    count = co_await reader.async_read_some(asio::buffer(bytes), use_task);
    if (count.has_error() && count.error() == asio::error::eof) out += " eof";
  }(loop, ends[0], ends[1], said));
  EXPECT_EQ(said, "abc eof");
}

TEST(UseTask, ASignalEndsIt) {
  Loop loop(1h);
  asio::cancellation_signal give_up;
  bool is_cancelled = false;
  loop.post([&] { give_up.emit(asio::cancellation_type::terminal); });
  run(loop, [](Loop& own, asio::cancellation_slot slot, bool& cancelled) -> Task<void> {
    asio::steady_timer timer(own.context(), 1h);
    const auto code = co_await timer.async_wait(use_task.with(slot));
    cancelled = code == asio::error::operation_aborted;
  }(loop, give_up.slot(), is_cancelled));
  EXPECT_TRUE(is_cancelled);
}

TEST(UseTask, WhatIsNotAwaitedIsNotBegun) {
  Loop loop(1h);
  asio::steady_timer timer(loop.context(), 1h);
  static_cast<void>(timer.async_wait(use_task));
  loop.stop();
  loop.run();
}

}  // namespace
}  // namespace llmgw
