// SPDX-License-Identifier: MIT
// Reframing: every pair of framings at every split, and the tap sees each payload byte once.
#include "proxy/upstream/reframe.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmgw::proxy {
namespace {

struct Recorder final : Tap {
  void observe(std::string_view payload) noexcept override { seen += payload; }
  std::string seen;
};

std::string flatten(Gather& out) {
  std::string bytes;
  for (const iovec& each : out.pieces())
    bytes.append(static_cast<const char*>(each.iov_base), each.iov_len);
  return bytes;
}

struct Case {
  http::Framing::Kind kind;
  std::uint64_t length;
  BodyForm form;
  std::string input;
  std::string output;  // for input in one piece
};

const Case cases[] = {
    {http::Framing::Kind::length, 5, BodyForm::as_received, "hello", "hello"},
    {http::Framing::Kind::chunked, 0, BodyForm::as_received, "2;x=1\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
     "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"},
    {http::Framing::Kind::chunked, 0, BodyForm::payload_only,
     "2\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n", "hello"},
    {http::Framing::Kind::until_close, 0, BodyForm::as_received, "hello", "hello"},
    {http::Framing::Kind::until_close, 0, BodyForm::chunked, "hello", "5\r\nhello\r\n"},
};

TEST(Reframe, WholeInput) {
  for (const Case& each : cases) {
    http::BodyDecoder decoder({each.kind, each.length});
    Recorder tap;
    Gather out;
    std::string_view input = each.input;
    const ReframeStep step = reframe(decoder, input, each.form, tap, out);
    EXPECT_EQ(step, each.kind == http::Framing::Kind::until_close ? ReframeStep::need_more
                                                                  : ReframeStep::end);
    EXPECT_EQ(flatten(out), each.output);
    EXPECT_EQ(out.size(), each.output.size());
    EXPECT_EQ(tap.seen, "hello");
  }
}

TEST(Reframe, EverySplitCarriesTheSamePayload) {
  for (const Case& each : cases) {
    for (std::size_t at = 0; at <= each.input.size(); ++at) {
      http::BodyDecoder decoder({each.kind, each.length});
      Recorder tap;
      std::string sent;
      for (std::string_view part :
           {std::string_view(each.input).substr(0, at), std::string_view(each.input).substr(at)}) {
        Gather out;
        reframe(decoder, part, each.form, tap, out);
        sent += flatten(out);
      }
      EXPECT_EQ(tap.seen, "hello");
      EXPECT_TRUE(each.form == BodyForm::chunked || sent == each.output) << at << sent;
    }
  }
}

TEST(Reframe, PlainChunksAreOnePiece) {
  http::BodyDecoder decoder({http::Framing::Kind::chunked, 0});
  Recorder tap;
  Gather out;
  const std::string text = "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
  std::string_view input = text;
  reframe(decoder, input, BodyForm::as_received, tap, out);
  EXPECT_EQ(out.pieces().size(), 1u);
}

TEST(Reframe, StopsAtTheEndAndAtFaults) {
  Recorder tap;
  Gather out;
  http::BodyDecoder length({http::Framing::Kind::length, 2});
  std::string_view input = "heGET";
  EXPECT_EQ(reframe(length, input, BodyForm::as_received, tap, out), ReframeStep::end);
  EXPECT_EQ(input, "GET");
  http::BodyDecoder broken({http::Framing::Kind::chunked, 0});
  input = "zz\r\n";
  EXPECT_EQ(reframe(broken, input, BodyForm::as_received, tap, out), ReframeStep::fault);
}

TEST(Reframe, ClosingBytes) {
  EXPECT_EQ(closing_bytes(BodyForm::chunked), "0\r\n\r\n");
  EXPECT_EQ(closing_bytes(BodyForm::as_received), "");
  EXPECT_EQ(closing_bytes(BodyForm::payload_only), "");
}

// Lets go of everything but the letter l, of which it holds the last.
class WithoutL final : public AnswerEdit {
 public:
  bool pass(std::string_view payload, Gather& out) override {
    for (const char& each : payload) {
      if (each == 'l') {
        held_ = "l";
      } else {
        out.add({&each, 1});
      }
    }
    return true;
  }
  bool finish(Gather& out) override {
    out.add(held_.empty() ? "" : ".");
    return true;
  }
  void release(errc, Gather& out) override { out.add(held_); }

 private:
  std::string held_;
};

struct FilteredCase {
  http::Framing::Kind kind;
  std::string input;
  std::string chunked;
  std::string plain;
};

const FilteredCase filtered_cases[] = {
    {http::Framing::Kind::length, "hello", "4\r\nheo.\r\n0\r\n\r\n", "heo."},
    {http::Framing::Kind::chunked, "2;x=1\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "4\r\nheo.\r\n0\r\n\r\n",
     "heo."},
    {http::Framing::Kind::chunked, "3\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n",
     "4\r\nheo.\r\n0\r\nX: y\r\n\r\n", "heo."},
};

TEST(ReframeFiltered, WholeInput) {
  for (const FilteredCase& each : filtered_cases) {
    for (const BodyForm form : {BodyForm::chunked, BodyForm::payload_only}) {
      http::BodyDecoder decoder({each.kind, 5});
      Recorder tap;
      WithoutL filter;
      Gather out;
      std::string_view input = each.input;
      EXPECT_EQ(reframe_filtered(decoder, input, form, tap, filter, out), ReframeStep::end);
      EXPECT_EQ(flatten(out), form == BodyForm::chunked ? each.chunked : each.plain);
      EXPECT_EQ(out.size(), flatten(out).size());
      EXPECT_EQ(tap.seen, "hello");
    }
  }
}

// The chunks that leave are decoded again: none but the last is empty, whatever the split.
TEST(ReframeFiltered, EverySplitCarriesTheSamePayload) {
  for (const FilteredCase& each : filtered_cases) {
    for (std::size_t at = 0; at <= each.input.size(); ++at) {
      http::BodyDecoder decoder({each.kind, 5});
      Recorder tap;
      WithoutL filter;
      std::string sent;
      for (std::string_view part :
           {std::string_view(each.input).substr(0, at), std::string_view(each.input).substr(at)}) {
        if (part.empty()) continue;
        Gather out;
        reframe_filtered(decoder, part, BodyForm::chunked, tap, filter, out);
        sent += flatten(out);
      }
      http::BodyDecoder again({http::Framing::Kind::chunked, 0});
      Recorder seen;
      Gather ignored;
      std::string_view input = sent;
      EXPECT_EQ(reframe(again, input, BodyForm::payload_only, seen, ignored), ReframeStep::end);
      EXPECT_EQ(seen.seen, "heo.") << sent;
      EXPECT_TRUE(input.empty()) << sent;
    }
  }
}

TEST(ReframeFiltered, WhatIsHeldFollowsTheEndOfTheInput) {
  for (const bool is_complete : {true, false}) {
    http::BodyDecoder decoder({http::Framing::Kind::until_close, 0});
    Recorder tap;
    WithoutL filter;
    Gather out;
    std::string_view input = "hel";
    EXPECT_EQ(reframe_filtered(decoder, input, BodyForm::chunked, tap, filter, out),
              ReframeStep::need_more);
    EXPECT_EQ(flatten(out), "2\r\nhe\r\n");
    out.clear();
    EXPECT_EQ(add_held(filter, BodyForm::chunked, is_complete ? errc::ok : errc::timed_out, out),
              is_complete);
    EXPECT_EQ(flatten(out), is_complete ? "1\r\n.\r\n" : "1\r\nl\r\n");
  }
}

TEST(ReframeFiltered, NothingIsNoChunk) {
  http::BodyDecoder decoder({http::Framing::Kind::chunked, 0});
  Recorder tap;
  WithoutL filter;
  Gather out;
  std::string_view input = "2\r\nll\r\n";
  EXPECT_EQ(reframe_filtered(decoder, input, BodyForm::chunked, tap, filter, out),
            ReframeStep::need_more);
  EXPECT_TRUE(out.is_empty());
  EXPECT_TRUE(out.pieces().empty());
  input = "zz\r\n";
  EXPECT_EQ(reframe_filtered(decoder, input, BodyForm::chunked, tap, filter, out),
            ReframeStep::fault);
  EXPECT_EQ(flatten(out), "1\r\nl\r\n");
}

}  // namespace
}  // namespace llmgw::proxy
