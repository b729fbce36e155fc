// SPDX-License-Identifier: MIT
// The relay: each way in which a body may end, over real sockets.
#include "proxy/upstream/relay.hpp"

#include <thread>

#include "tests/unit/proxy/upstream/stream_peer.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
using Kind = RelayEnd::Kind;
using Framing = http::Framing;

struct SeenBytes final : Tap {
  void observe(std::string_view payload) noexcept override { bytes += payload; }
  std::string bytes;
};

/// Keeps commas to itself, and the last byte until the end. Wants no more behind `!`.
struct WithoutCommas final : AnswerEdit {
  bool pass(std::string_view payload, Gather& out) override {
    std::string kept = std::move(held);
    for (const char c : payload)
      if (c != ',') kept += c;
    held = kept.empty() ? "" : kept.substr(kept.size() - 1);
    if (!kept.empty()) kept.pop_back();
    if (!kept.empty()) out.add_owned(std::move(kept));
    return payload.find('!') == payload.npos;
  }
  bool finish(Gather& out) override {
    if (!held.empty()) out.add_owned(std::exchange(held, {}));
    return is_good;
  }
  void release(errc why, Gather& out) override {
    fault = why;
    (void)finish(out);
  }
  bool is_good = true;
  errc fault = errc::ok;
  std::string held;
};

class RelayTest : public testing::Test {
 protected:
  /// Relays what `rest` begins; the peers are played meanwhile, or were before.
  RelayEnd relay(Framing framing, BodyForm form, std::string_view rest = {},
                 AnswerEdit* edit = nullptr) {
    RelayEnd end;
    run(loop_,
        [](RelayTest& self, Framing of, BodyForm as, std::string_view begun, AnswerEdit* by,
           RelayEnd& out) -> Task<void> {
          http::BodyDecoder decoder(of);
          out = co_await relay_body(*self.from_.stream, *self.to_.stream, decoder, as, self.seen_,
                                    self.limits_, "HEAD|", begun, by);
          self.has_excess_ = self.from_.stream->has_unread();
          self.to_.stream->close();
        }(*this, framing, form, rest, edit, end));
    return end;
  }

  Loop loop_{10ms};
  StreamPair from_{loop_};
  StreamPair to_{loop_};
  SeenBytes seen_;
  RelayLimits limits_{5s, 5s};
  bool has_excess_ = false;
};

constexpr Framing ten{Framing::Kind::length, 10};
constexpr Framing chunked{Framing::Kind::chunked, 0};
constexpr Framing until_close{Framing::Kind::until_close, 0};

TEST_F(RelayTest, ABodyOfALength) {
  from_.peer.send("56789");
  EXPECT_EQ(relay(ten, BodyForm::as_received, "01234").kind, Kind::complete);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|0123456789");
  EXPECT_EQ(seen_.bytes, "0123456789");
}

TEST_F(RelayTest, NothingOfWhatFollowsIsTaken) {
  from_.peer.send("56789next");
  const RelayEnd end = relay(ten, BodyForm::as_received, "01234");
  EXPECT_EQ(end.kind, Kind::complete);
  EXPECT_TRUE(end.excess);
  EXPECT_TRUE(has_excess_);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|0123456789");
}

TEST_F(RelayTest, ChunksLeaveAsTheyCame) {
  const std::string body = "3;x=y\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n";
  from_.peer.send(body);
  EXPECT_EQ(relay(chunked, BodyForm::as_received).kind, Kind::complete);
  EXPECT_TRUE(to_.peer.read_all().ends_with("abc\r\n0\r\nX-Sum: 1\r\n\r\n"));
  EXPECT_EQ(seen_.bytes, "abc");
}

TEST_F(RelayTest, ABodyThatEndsByTheClose) {
  from_.peer.send("abc");
  from_.peer.close();
  EXPECT_EQ(relay(until_close, BodyForm::chunked).kind, Kind::complete);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|3\r\nabc\r\n0\r\n\r\n");
}

TEST_F(RelayTest, ASourceThatEndsTooEarly) {
  from_.peer.send("abc");
  from_.peer.close();
  const RelayEnd end = relay(ten, BodyForm::as_received);
  EXPECT_EQ(end.kind, Kind::source_ended);
  EXPECT_EQ(end.fault, errc::connection_closed);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|abc");
}

TEST_F(RelayTest, ASourceThatFallsSilent) {
  limits_.read = 50ms;
  from_.peer.send("abc");
  const RelayEnd end = relay(ten, BodyForm::as_received);
  EXPECT_EQ(end.kind, Kind::source_ended);
  EXPECT_EQ(end.fault, errc::timed_out);
}

TEST_F(RelayTest, ASourceWhoseFramingIsBroken) {
  from_.peer.send("zz\r\nabc");
  EXPECT_EQ(relay(chunked, BodyForm::as_received).kind, Kind::source_broken);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|");
}

TEST_F(RelayTest, ABodyThatIsTooLarge) {
  limits_.body = 4;
  from_.peer.send("56789");
  EXPECT_EQ(relay(ten, BodyForm::as_received).kind, Kind::too_large);
}

TEST_F(RelayTest, ADestinationThatHasLeft) {
  to_.stream->close(errc::connection_reset);
  const RelayEnd end = relay(ten, BodyForm::as_received, "01234");
  EXPECT_EQ(end.kind, Kind::sink_failed);
  EXPECT_FALSE(end.had_all_payload);
}

TEST_F(RelayTest, ADestinationThatHasLeftBeforeTheEndOfTheFraming) {
  to_.stream->close(errc::connection_reset);
  const RelayEnd end = relay(chunked, BodyForm::as_received, "0\r\n\r\n");
  EXPECT_EQ(end.kind, Kind::sink_failed);
  EXPECT_TRUE(end.had_all_payload);
}

TEST_F(RelayTest, WhatIsEditedIsFramedAnew) {
  WithoutCommas edit;
  from_.peer.send("e,f,g,,h");
  from_.peer.close();
  EXPECT_EQ(relay(until_close, BodyForm::chunked, "a,b", &edit).kind, Kind::complete);
  const std::string sent = to_.peer.read_all();
  EXPECT_TRUE(sent.starts_with("HEAD|1\r\na\r\n")) << sent;
  EXPECT_TRUE(sent.ends_with("1\r\nh\r\n0\r\n\r\n")) << sent;
  EXPECT_EQ(seen_.bytes, "a,be,f,g,,h");
}

// What the source did send is passed on even so.
TEST_F(RelayTest, WhatAnEditHoldsOfACutBodyIsSent) {
  WithoutCommas edit;
  from_.peer.close();
  EXPECT_EQ(relay(ten, BodyForm::payload_only, "a,b", &edit).kind, Kind::source_ended);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|ab");
  EXPECT_EQ(edit.fault, errc::connection_closed);
}

TEST_F(RelayTest, WhatAnEditWantsNoMoreOfHasNoEnd) {
  WithoutCommas edit;
  from_.peer.send("3\r\nd,e\r\n0\r\n\r\n");
  EXPECT_EQ(relay(chunked, BodyForm::chunked, "5\r\na,b,!\r\n", &edit).kind, Kind::source_broken);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|2\r\nab\r\n");
}

TEST_F(RelayTest, WhatAnEditFindsToBeNoWholeAnswerHasNoEnd) {
  WithoutCommas edit;
  edit.is_good = false;
  EXPECT_EQ(relay(chunked, BodyForm::chunked, "2\r\nab\r\n0\r\n\r\n", &edit).kind,
            Kind::source_broken);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|2\r\nab\r\n");
}

TEST_F(RelayTest, NorHasSuchAnAnswerThatEndsByTheClose) {
  WithoutCommas edit;
  edit.is_good = false;
  from_.peer.close();
  EXPECT_EQ(relay(until_close, BodyForm::chunked, "ab", &edit).kind, Kind::source_broken);
  EXPECT_EQ(to_.peer.read_all(), "HEAD|1\r\na\r\n1\r\nb\r\n");
}

}  // namespace
}  // namespace llmgw::proxy
