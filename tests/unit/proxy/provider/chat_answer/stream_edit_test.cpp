// SPDX-License-Identifier: MIT
// A translated stream on its way: what the client is told of one that fails.
#include "proxy/provider/chat_answer/stream_edit.hpp"

#include "proxy/provider/anthropic/answer_stream.hpp"
#include "tests/unit/proxy/provider/anthropic/sample_streams.hpp"

namespace llmgw::proxy::anthropic_sample {
namespace {

class Sent {
 public:
  bool pass(std::string_view payload) {
    return with([&](Gather& out) { return edit_.pass(payload, out); });
  }
  bool finish() {
    return with([&](Gather& out) { return edit_.finish(out); });
  }
  void release(errc fault) {
    with([&](Gather& out) {
      edit_.release(fault, out);
      return true;
    });
  }
  std::string code() const { return edit_.error() == nullptr ? "" : edit_.error()->code; }
  bool is_told() const { return bytes.find(R"(data: {"error":)") != bytes.npos; }

  std::string bytes;

 private:
  template <class Call>
  bool with(Call call) {
    Gather out;
    const bool is_good = call(out);
    for (const iovec& each : out.pieces())
      bytes.append(static_cast<const char*>(each.iov_base), each.iov_len);
    return is_good;
  }

  TranslatedStream edit_{anthropic_stream(terms, 4096)};
};

TEST(TranslatedStream, AWholeOneIsNoError) {
  Sent sent;
  EXPECT_TRUE(sent.pass(full_stream()));
  EXPECT_TRUE(sent.finish());
  EXPECT_EQ(sent.code(), "");
  EXPECT_TRUE(sent.bytes.ends_with("data: [DONE]\n\n"));
}

// The status has left by then, so the client is told by an event; once.
TEST(TranslatedStream, AnErrorBeforeAllOutputIsTold) {
  Sent sent;
  EXPECT_TRUE(sent.pass(error("overloaded_error", "Busy")));
  const std::string told = sent.bytes;
  EXPECT_TRUE(sent.is_told());
  EXPECT_EQ(sent.code(), "overloaded");
  EXPECT_TRUE(sent.pass(text(0, "more")));
  EXPECT_TRUE(sent.finish());
  EXPECT_EQ(sent.bytes, told);
}

TEST(TranslatedStream, AnEndInGoodOrderBehindNothingIsNone) {
  for (const std::string& all : {std::string(), start() + text(0, "Hel")}) {
    Sent sent;
    EXPECT_TRUE(sent.pass(all));
    EXPECT_FALSE(sent.is_told());
    EXPECT_FALSE(sent.finish());
    EXPECT_TRUE(sent.is_told());
    EXPECT_EQ(sent.code(), "upstream_aborted");
  }
}

TEST(TranslatedStream, WhatCutItOffIsTold) {
  const std::pair<errc, std::string_view> cases[] = {
      {errc::connection_closed, "upstream_aborted"},
      {errc::connection_reset, "upstream_aborted"},
      {errc::timed_out, "upstream_timeout"},
      {errc::malformed_message, "upstream_invalid_response"}};
  for (const auto& [fault, code] : cases) {
    for (const std::string& all : {std::string(), start() + text(0, "Hel")}) {
      Sent sent;
      EXPECT_TRUE(sent.pass(all));
      sent.release(fault);
      EXPECT_TRUE(sent.is_told());
      EXPECT_EQ(sent.code(), code);
    }
  }
}

TEST(TranslatedStream, NothingMoreIsWantedOfWhatIsNoStream) {
  for (const std::string& bad : {std::string("data: {]\n\n"), event("x", std::string(5000, ' '))}) {
    Sent sent;
    EXPECT_FALSE(sent.pass(start() + text(0, "Hel") + bad));
    EXPECT_TRUE(sent.is_told());
    EXPECT_EQ(sent.code(), "upstream_invalid_response");
  }
}

}  // namespace
}  // namespace llmgw::proxy::anthropic_sample
