// SPDX-License-Identifier: MIT
// Streams of Gemini that break off, fail, or are none.
#include "proxy/provider/gemini/answer_stream.hpp"
#include "tests/unit/proxy/provider/gemini/sample_answers.hpp"

namespace llmgw::proxy::gemini_sample {
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
}

TEST(GeminiStreamFaults, S9CutBehindEachEvent) {
  const auto events = full_events();
  for (std::size_t count = 0; count < events.size(); ++count) {
    const std::string cut = joined(events, count);
    expect_broken(translate(gemini_stream, terms, cut), "upstream_aborted");
    expect_broken(translate(gemini_stream, terms, cut, false, "upstream_timeout"),
                  "upstream_timeout");
  }
  expect_broken(translate(gemini_stream, terms, full_stream(), false), "upstream_aborted");
}

TEST(GeminiStreamFaults, S9CutAtEachByte) {
  const std::string stream = full_stream();
  for (std::size_t size = 0; size < stream.size() - 4; ++size) {
    const auto result = translate(gemini_stream, terms, stream.substr(0, size));
    ASSERT_EQ(result.out.find("[DONE]"), result.out.npos) << size;
    ASSERT_EQ(result.error.code, "upstream_aborted") << size;
  }
}

TEST(GeminiStreamFaults, S9EachCandidateHasToFinish) {
  const std::string both = event(answer(candidate(text("a"), finishing("STOP")) + "," +
                                        candidate(text("b"), R"(,"index":1)")));
  expect_broken(translate(gemini_stream, terms, both), "upstream_aborted");
  expect_broken(
      translate(gemini_stream, terms, parts(text("a"), finishing("FINISH_REASON_UNSPECIFIED"))),
      "upstream_aborted");
}

TEST(GeminiStreamFaults, EventsWithoutCandidatesAreNoAnswer) {
  UnderWay run(gemini_stream, terms);
  EXPECT_EQ(run.show(event("{" + names() + "}") + event("{}")), State::waiting);
  const Translated result = run.finish();
  EXPECT_EQ(result.state, State::failed);
  EXPECT_EQ(result.error.code, "upstream_aborted");
}

TEST(GeminiStreamFaults, S11ErrorEventKeepsTypeAndCode) {
  UnderWay run(gemini_stream, terms);
  run.show(parts(text("Hel"), finishing("STOP")));
  EXPECT_EQ(run.show(error(503, "UNAVAILABLE", "The model is overloaded.")), State::broken);
  EXPECT_EQ(run.show(parts(text("lo"))), State::broken);
  EXPECT_EQ(bodies(run.finish().out).back(),
            R"(data: {"error":{"message":"The model is overloaded.","type":"server_error",)"
            R"("param":null,"code":"overloaded"}})");
  expect_same_in_all_pieces(gemini_stream, terms,
                            parts(text("a")) + error(429, "RESOURCE_EXHAUSTED", "slow"));
}

TEST(GeminiStreamFaults, S12ErrorAsFirstEventIsAStatus) {
  const Translated result =
      translate(gemini_stream, terms, error(503, "UNAVAILABLE", "The model is overloaded."));
  EXPECT_EQ(result.state, State::failed);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.error.status, 503);
  EXPECT_EQ(result.error.code, "overloaded");
  EXPECT_EQ(result.error.upstream_type, "UNAVAILABLE");
  EXPECT_EQ(result.error.upstream_status, 503);
  expect_same_in_all_pieces(gemini_stream, terms, error(500, "INTERNAL", "m") + full_events()[0]);
}

TEST(GeminiStreamFaults, S19EventsThatAreNone) {
  const std::string deep(400, '[');
  const std::string hostile[] = {
      event("no JSON"),
      event("[1]"),
      event("[DONE]"),
      event("{\"candidates\":" + deep + "}"),
      event(R"({"candidates":{}})"),
      event(R"({"candidates":[1]})"),
      event(R"({"candidates":[{"content":1}]})"),
      event(R"({"candidates":[{"index":16}]})"),
      event(R"({"candidates":[{"content":{"parts":{}}}]})"),
      parts("1"),
      parts(R"({"functionCall":[]})"),
      parts(R"({"inlineData":"x"})"),
  };
  for (const std::string& each : hostile) {
    expect_broken(translate(gemini_stream, terms, each), "upstream_invalid_response");
    expect_broken(translate(gemini_stream, terms, parts(text("a")) + each + finish("STOP")),
                  "upstream_invalid_response");
    expect_same_in_all_pieces(gemini_stream, terms, parts(text("a")) + each);
  }
}

TEST(GeminiStreamFaults, S19ValuesOfOtherKindsAreHarmless) {
  const std::string stream =
      event(
          R"({"candidates":[{"index":"x","finishReason":7,"content":{"parts":[{"text":1},)"
          R"({"functionCall":{"name":1,"args":[1],"id":2}},{"inlineData":{}}]},)"
          R"("logprobsResult":{"chosenCandidates":[1,{"token":"t","logProbability":"x"}],"topCandidates":7}}],)"
          R"("usageMetadata":[],"modelVersion":1,"promptFeedback":[]})") +
      finish("STOP");
  EXPECT_EQ(translate(gemini_stream, terms, stream).state, State::ended);
  read_reply(translate(gemini_stream, terms, stream).out);
  expect_same_in_all_pieces(gemini_stream, terms, stream);
}

TEST(GeminiStreamFaults, S19TooManyCalls) {
  std::string stream;
  for (int i = 0; i < 128; ++i) stream += parts(call("f", "{}"));
  EXPECT_EQ(translate(gemini_stream, terms, stream + finish("STOP")).state, State::ended);
  for (int i = 128; i < 200; ++i) stream += parts(call("f", "{}"));
  expect_broken(translate(gemini_stream, terms, stream + finish("STOP")),
                "upstream_invalid_response");
}

TEST(GeminiStreamFaults, S19SixteenMegabytes) {
  const std::string image = parts(R"({"inlineData":{"mimeType":"image/png","data":")" +
                                      std::string(most_event - 400, 'A') + "\"}}",
                                  finishing("STOP"));
  UnderWay run(gemini_stream, terms);
  for (std::size_t at = 0; at < image.size(); at += 65536) run.show(image.substr(at, 65536));
  const Translated result = run.finish();
  EXPECT_EQ(result.state, State::ended);
  EXPECT_GT(result.out.size(), most_event - 400);
  expect_broken(translate(gemini_stream, terms, parts(text(std::string(most_event, 'A')))),
                "upstream_invalid_response");
}

}  // namespace
}  // namespace llmgw::proxy::gemini_sample
