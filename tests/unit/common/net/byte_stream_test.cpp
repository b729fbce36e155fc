// SPDX-License-Identifier: MIT
// Reading: nothing is missed by not asking the socket again.
#include "common/net/byte_stream.hpp"

#include <gtest/gtest.h>

#include "common/async/timer.hpp"
#include "common/net/connect.hpp"
#include "tests/unit/common/net/loopback.hpp"

namespace llmgw {
namespace {

using namespace std::chrono_literals;

class ByteStreamRead : public testing::Test {
 public:
  using Script = Task<void> (*)(ByteStreamRead&, ByteStream&);

  void play(Script script) {
    run(loop_, [](ByteStreamRead& self, Script then) -> Task<void> {
      const std::vector<Endpoint> to{self.port_.endpoint()};
      auto stream = co_await connect(self.loop_, to, 5s, &self.attempt_);
      if (stream.has_error()) co_return;
      self.peer_ = self.port_.accept();
      co_await then(self, **stream);
    }(*this, script));
    EXPECT_TRUE(played_);
  }
  // On loopback the bytes have arrived when this returns.
  void peer_sends(std::string_view bytes) const {
    ASSERT_EQ(::send(peer_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  static Task<void> expect(ByteStream& stream, std::string_view wanted) {
    stream.expires_after(2s);
    const auto bytes = co_await stream.read();
    EXPECT_EQ(bytes.has_error() ? bytes.error().message() : std::string(*bytes), wanted);
  }

  LoopbackPort port_{8};
  Loop loop_{10ms};
  ConnectAttempt attempt_;
  Descriptor peer_{-1};
  bool played_ = false;
};

// The event of such bytes finds nobody waiting, and does not come again.
TEST_F(ByteStreamRead, BytesThatCameWhileNobodyReadAreFound) {
  play([](ByteStreamRead& self, ByteStream& stream) -> Task<void> {
    self.peer_sends("first");
    co_await expect(stream, "first");
    self.peer_sends("second");
    Timer turns(self.loop_);
    co_await turns.wait(5ms);
    co_await expect(stream, "second");
    self.peer_sends("third");
    co_await expect(stream, "third");
    self.played_ = true;
  });
}

TEST_F(ByteStreamRead, AnEndThatCameWithTheLastBytesIsSeen) {
  play([](ByteStreamRead& self, ByteStream& stream) -> Task<void> {
    self.peer_sends("last");
    self.peer_.close();
    co_await expect(stream, "last");
    stream.expires_after(2s);
    const auto end = co_await stream.read();
    EXPECT_EQ(end.has_error() ? end.error() : errc::ok, errc::connection_closed);
    self.played_ = true;
  });
}

struct Told final : CloseListener {
  bool told = false;
  void peer_closed() noexcept override { told = true; }
};

// A receive stops at the mark of an urgent byte, though there are others behind it.
TEST_F(ByteStreamRead, BytesBehindAnUrgentOneAreFound) {
  play([](ByteStreamRead& self, ByteStream& stream) -> Task<void> {
    self.peer_sends("before");
    EXPECT_EQ(::send(self.peer_.number(), "!", 1, MSG_OOB | MSG_NOSIGNAL), 1);
    self.peer_sends("behind");
    co_await expect(stream, "before");
    co_await expect(stream, "behind");
    self.played_ = true;
  });
}

// One that fills the room there is says nothing of what is left.
TEST_F(ByteStreamRead, NothingIsLeftBehindAFullReceive) {
  play([](ByteStreamRead& self, ByteStream& stream) -> Task<void> {
    constexpr std::size_t size = ByteStream::small_receive + 10;
    Told told;
    stream.watch(&told);  // with little room
    Timer turns(self.loop_);
    co_await turns.wait(5ms);
    self.peer_sends(std::string(size, 'x'));
    co_await turns.wait(20ms);
    stream.watch(nullptr);
    std::size_t found = 0;
    while (found < size) {
      stream.expires_after(2s);
      const auto bytes = co_await stream.read();
      if (bytes.has_error()) break;
      found += bytes->size();
    }
    EXPECT_EQ(found, size);
    EXPECT_FALSE(told.told);
    self.played_ = true;
  });
}

// Bytes and reset reach a receive that is under way as one event.
TEST_F(ByteStreamRead, AResetThatCameWithTheLastBytesIsSeen) {
  play([](ByteStreamRead& self, ByteStream& stream) -> Task<void> {
    Told told;
    stream.watch(&told);
    Timer turns(self.loop_);
    co_await turns.wait(5ms);
    self.peer_sends("last");
    const linger at_once{1, 0};
    ::setsockopt(self.peer_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    self.peer_.close();
    for (int i = 0; i < 400 && !told.told; ++i) co_await turns.wait(5ms);
    EXPECT_TRUE(told.told);
    stream.watch(nullptr);
    co_await expect(stream, "last");
    const auto end = co_await stream.read();
    EXPECT_EQ(end.has_error() ? end.error() : errc::ok, errc::connection_reset);
    self.played_ = true;
  });
}

TEST_F(ByteStreamRead, AWatcherIsToldOfAnEndBehindBytes) {
  play([](ByteStreamRead& self, ByteStream& stream) -> Task<void> {
    Told told;
    stream.watch(&told);
    self.peer_sends(std::string(3000, 'x'));
    self.peer_.close();
    Timer turns(self.loop_);
    for (int i = 0; i < 400 && !told.told; ++i) co_await turns.wait(5ms);
    EXPECT_TRUE(told.told);
    std::size_t kept = 0;
    for (;;) {
      stream.expires_after(2s);
      const auto bytes = co_await stream.read();
      if (bytes.has_error()) break;
      kept += bytes->size();
    }
    EXPECT_EQ(kept, 3000U);
    self.played_ = true;
  });
}

}  // namespace
}  // namespace llmgw
