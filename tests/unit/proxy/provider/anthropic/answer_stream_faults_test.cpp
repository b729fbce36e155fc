// SPDX-License-Identifier: MIT
// Streams of Anthropic that break off, fail, or are none.
#include "proxy/provider/anthropic/answer_stream.hpp"
#include "tests/unit/proxy/provider/anthropic/sample_streams.hpp"

namespace llmgw::proxy::anthropic_sample {
namespace {

void expect_broken(const Translated& result, std::string_view code) {
  EXPECT_EQ(result.out.find("[DONE]"), result.out.npos);
  if (result.out.empty()) {
    EXPECT_EQ(result.state, State::failed);
    EXPECT_EQ(result.error.code, code);
    return;
  }
  EXPECT_EQ(result.state, State::broken);
  const AssembledReply reply = read_reply(result.out);
  ASSERT_TRUE(reply.error.is_object()) << result.out;
  EXPECT_EQ(reply.error["code"], code);
  EXPECT_FALSE(reply.is_done);
}

TEST(AnthropicStreamFaults, S9CutBehindEachEvent) {
  const auto events = full_events();
  for (std::size_t count = 0; count < events.size(); ++count) {
    const std::string cut = joined(events, count);
    expect_broken(translate(anthropic_stream, terms, cut), "upstream_aborted");
    expect_broken(translate(anthropic_stream, terms, cut, false), "upstream_aborted");
    expect_broken(translate(anthropic_stream, terms, cut, false, "upstream_timeout"),
                  "upstream_timeout");
  }
}

TEST(AnthropicStreamFaults, S9CutAtEachByte) {
  const std::string stream = full_stream();
  const std::size_t whole = stream.size() - 2;  // the line end and the blank line
  for (std::size_t size = 0; size < whole; ++size) {
    const auto result = translate(anthropic_stream, terms, stream.substr(0, size));
    ASSERT_EQ(result.out.find("[DONE]"), result.out.npos) << size;
    ASSERT_TRUE(result.state == State::broken || result.state == State::failed) << size;
    ASSERT_EQ(result.error.code, "upstream_aborted") << size;
  }
}

TEST(AnthropicStreamFaults, TimeoutBeforeAllOutputIsAStatus) {
  const Translated result = translate(anthropic_stream, terms, "", false, "upstream_timeout");
  EXPECT_EQ(result.state, State::failed);
  EXPECT_EQ(result.error.status, 504);
  EXPECT_EQ(result.error.type, "upstream_error");
  EXPECT_EQ(result.out, "");
}

TEST(AnthropicStreamFaults, S11ErrorEventKeepsTypeAndCode) {
  UnderWay run(anthropic_stream, terms);
  run.show(start() + text(0, "Hel"));
  EXPECT_EQ(run.show(error("overloaded_error", "Overloaded")), State::broken);
  EXPECT_EQ(run.show(text(0, "lo") + stop()), State::broken);
  const Translated result = run.finish();
  EXPECT_EQ(bodies(result.out).back(),
            R"(data: {"error":{"message":"Overloaded","type":"server_error","param":null,)"
            R"("code":"overloaded"}})");
  expect_same_in_all_pieces(anthropic_stream, terms,
                            start() + error("rate_limit_error", "slow\\n \\\"down\\\"") + stop());
}

TEST(AnthropicStreamFaults, S12ErrorAsFirstEventIsAStatus) {
  const std::string stream = ": hello\n\n" + ping() + error("overloaded_error", "Overloaded");
  UnderWay run(anthropic_stream, terms);
  EXPECT_EQ(run.show(": hello\n\n" + ping()), State::waiting);
  EXPECT_EQ(run.show(error("overloaded_error", "Overloaded")), State::failed);
  const Translated result = run.finish();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.error.status, 503);
  EXPECT_EQ(result.error.type, "server_error");
  EXPECT_EQ(result.error.code, "overloaded");
  EXPECT_EQ(result.error.message, "Overloaded");
  EXPECT_EQ(result.error.upstream_type, "overloaded_error");
  EXPECT_EQ(result.error.upstream_status, 529);
  EXPECT_EQ(result.error.request_id, "req_011");
  expect_same_in_all_pieces(anthropic_stream, terms, stream);
}

TEST(AnthropicStreamFaults, S12EachErrorAsFirstEvent) {
  struct Case {
    std::string_view type;
    int status;
    std::string_view out;
    std::string_view code;
  };
  const Case cases[] = {
      {"invalid_request_error", 400, "invalid_request_error", ""},
      {"authentication_error", 502, "upstream_error", "upstream_auth_failed"},
      {"billing_error", 429, "insufficient_quota", "insufficient_quota"},
      {"permission_error", 403, "permission_error", ""},
      {"not_found_error", 404, "invalid_request_error", "model_not_found"},
      {"conflict_error", 409, "conflict_error", ""},
      {"request_too_large", 413, "invalid_request_error", "request_too_large"},
      {"rate_limit_error", 429, "rate_limit_error", "rate_limit_exceeded"},
      {"api_error", 500, "server_error", ""},
      {"timeout_error", 504, "server_error", "timeout"},
      {"overloaded_error", 503, "server_error", "overloaded"},
      {"novel_error", 500, "server_error", ""},
  };
  for (const Case& each : cases) {
    const Translated result = translate(anthropic_stream, terms, error(each.type, "m"));
    EXPECT_EQ(result.state, State::failed);
    EXPECT_EQ(result.error.status, each.status) << each.type;
    EXPECT_EQ(result.error.type, each.out) << each.type;
    EXPECT_EQ(result.error.code, each.code) << each.type;
    EXPECT_EQ(result.error.upstream_type, each.type);
  }
}

TEST(AnthropicStreamFaults, S19EventsThatAreNone) {
  const std::string deep(400, '[');
  const std::string hostile[] = {
      "data: no JSON\n\n",
      "data: {\"type\":\"ping\"\n\n",
      "data: {\"type\":\"ping\"} {}\n\n",
      "data: []\n\n",
      "data: \"text\"\n\n",
      "data: [DONE]\n\n",
      "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":" + deep + "\n\n",
      "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":[]}\n\n",
      "data: {\"type\":\"content_block_start\",\"index\":0}\n\n",
      "data: {\"type\":\"message_start\",\"message\":\"x\"}\n\n",
      "data: {\"type\":\"message_delta\",\"delta\":1}\n\n",
  };
  for (const std::string& event : hostile) {
    expect_broken(translate(anthropic_stream, terms, event), "upstream_invalid_response");
    const Translated later = translate(anthropic_stream, terms, start() + event + stop());
    expect_broken(later, "upstream_invalid_response");
    EXPECT_EQ(later.error.status, 502);
    expect_same_in_all_pieces(anthropic_stream, terms, start() + event + stop());
  }
  expect_broken(translate(anthropic_stream, terms, stop()), "upstream_invalid_response");
}

TEST(AnthropicStreamFaults, S19ValuesOfOtherKindsAreHarmless) {
  const std::string stream =
      start(
          R"({"input_tokens":-1,"output_tokens":"7","iterations":{},"cache_read_input_tokens":1e99})") +
      event("x", R"({"type":7})") + event("x", "{}") +
      block(0, R"({"type":"tool_use","id":7,"name":[],"input":"x"})") +
      event("x", R"({"type":"content_block_stop","index":-1})") +
      delta(1, R"({"type":"text_delta","text":{"a":1}})") +
      delta(99, R"({"type":"input_json_delta","partial_json":"x"})") +
      delta(99, R"({"type":"signature_delta","signature":"x"})") + stop_block(7) +
      message_delta("end_turn", "[]") + stop();
  EXPECT_EQ(translate(anthropic_stream, terms, stream).state, State::ended);
  expect_same_in_all_pieces(anthropic_stream, terms, stream);
}

TEST(AnthropicStreamFaults, S19SignatureIsSentOnce) {
  const AssembledReply reply =
      read_reply(translate(anthropic_stream, terms,
                           start() + thinking_block(0) + signature(0, "one") + signature(0, "two") +
                               stop_block(0) + message_delta("end_turn") + stop())
                     .out);
  EXPECT_EQ(reply.choices.at(0).thinking_blocks.at(0)["signature"], "one");
}

TEST(AnthropicStreamFaults, S19TooManyCalls) {
  std::string calls = start();
  for (int i = 0; i < 128; ++i)
    calls += tool_block(i, "t" + std::to_string(i), "f") + stop_block(i);
  const std::string end = message_delta("tool_use") + stop();
  EXPECT_EQ(translate(anthropic_stream, terms, calls + end).state, State::ended);
  for (int i = 128; i < 200; ++i) calls += tool_block(i, "t" + std::to_string(i), "f");
  expect_broken(translate(anthropic_stream, terms, calls + end), "upstream_invalid_response");
  std::string open = start();
  for (int i = 0; i < 200; ++i) open += thinking_block(i);
  expect_broken(translate(anthropic_stream, terms, open + end), "upstream_invalid_response");
}

TEST(AnthropicStreamFaults, S19EventsAreBounded) {
  const std::string fits = text(0, std::string(100, 'x'));
  const std::size_t most =
      fits.size() - std::string("event: content_block_delta\ndata: \n\n").size();
  const std::string stream = start("{}") + fits + stop();
  for (const std::size_t bound : {most, most - 1}) {
    UnderWay run(anthropic_stream, terms, std::max(bound, std::size_t{1}));
    run.show(fits + stop());
    const Translated result = run.finish();
    EXPECT_EQ(result.state, bound == most ? State::ended : State::failed);
    expect_same_in_all_pieces(anthropic_stream, terms, fits + stop(), true, bound);
  }
}

TEST(AnthropicStreamFaults, S19SixteenMegabytes) {
  UnderWay run(anthropic_stream, terms);
  run.show(start() + R"(data: {"type":"content_block_delta","delta":{"text":")");
  const std::string piece(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 15; ++i) ASSERT_EQ(run.show(piece), State::open);
  EXPECT_EQ(run.show(piece), State::broken);
  EXPECT_EQ(run.show(piece), State::broken);
  expect_broken(run.finish(), "upstream_invalid_response");
}

}  // namespace
}  // namespace llmgw::proxy::anthropic_sample
