// SPDX-License-Identifier: MIT
// Connecting: which address wins, and how it ends when none does.
#include "common/net/connect.hpp"

#include <gtest/gtest.h>

#include "common/async/timer.hpp"
#include "tests/unit/common/net/loopback.hpp"

namespace llmgw {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Connect : public testing::Test {
 protected:
  Result<ByteStream::Pointer> connect_to(std::vector<Endpoint> endpoints,
                                         std::chrono::milliseconds limit) {
    const auto begin = Clock::now();
    Result<ByteStream::Pointer> outcome = errc::ok;
    run(loop_,
        [](Connect& self, std::vector<Endpoint> to, std::chrono::milliseconds within,
           Result<ByteStream::Pointer>& out) -> Task<void> {
          out = co_await connect(self.loop_, std::move(to), within, &self.attempt_);
        }(*this, std::move(endpoints), limit, outcome));
    took_ = Clock::now() - begin;
    return outcome;
  }

  LoopbackPort closed_, open_{8}, silent_{0};
  Loop loop_{10ms};
  ConnectAttempt attempt_;
  Clock::duration took_{};
};

TEST_F(Connect, ARefusalIsNotWaitedOut) {
  const auto stream = connect_to({closed_.endpoint(), closed_.endpoint(), open_.endpoint()}, 5s);
  ASSERT_TRUE(stream.has_value());
  EXPECT_TRUE((*stream)->is_open());
  EXPECT_LT(took_, 200ms);
}

// RFC 8305 section 5: the next address is tried a quarter of a second later, beside the first.
TEST_F(Connect, AnAddressThatIsSilentDelaysTheNextByAQuarterOfASecond) {
  silent_.fall_silent();
  const auto stream = connect_to({silent_.endpoint(), silent_.endpoint(), open_.endpoint()}, 5s);
  ASSERT_TRUE(stream.has_value());
  EXPECT_GE(took_, 490ms);
  EXPECT_LT(took_, 2s);
}

TEST_F(Connect, TellsHowAllFailed) {
  EXPECT_EQ(connect_to({closed_.endpoint(), closed_.endpoint()}, 5s).error(), errc::refused);
  EXPECT_LT(took_, 200ms);
}

TEST_F(Connect, TimeEndsIt) {
  silent_.fall_silent();
  EXPECT_EQ(connect_to({silent_.endpoint(), silent_.endpoint()}, 400ms).error(), errc::timed_out);
  EXPECT_GE(took_, 390ms);
  EXPECT_LT(took_, 2s);
}

TEST_F(Connect, CanBeCancelled) {
  silent_.fall_silent();
  loop_.post([this] { attempt_.cancel(); });
  EXPECT_EQ(connect_to({silent_.endpoint()}, 5s).error(), errc::cancelled);
  EXPECT_LT(took_, 1s);
}

TEST_F(Connect, NothingIsTriedOnceCancelled) {
  attempt_.cancel();
  EXPECT_EQ(connect_to({open_.endpoint()}, 5s).error(), errc::cancelled);
}

TEST_F(Connect, NoAddressIsARefusal) { EXPECT_EQ(connect_to({}, 5s).error(), errc::refused); }

}  // namespace
}  // namespace llmgw
