// SPDX-License-Identifier: MIT
// The text that a meter keeps of a stream, however the stream is cut.
#include <gtest/gtest.h>

#include <string>

#include "proxy/estimate/held_text.hpp"
#include "tests/unit/proxy/metering/metered.hpp"

namespace llmgw::proxy {
namespace {

void expect_kept(const std::string& type, const std::string& body, const std::string& expected) {
  in_all_pieces(body, [&](auto feed, const std::string& how) {
    TextBudget budget(1 << 20);
    HeldText text;
    text.begin(budget, 1 << 20);
    ResponseMeter meter;
    meter.begin(openai_usage_reader, patterns, type, "", capture_limit);
    meter.keep_text(text);
    feed([&](std::string_view piece) { meter.observe(piece); });
    meter.finish();
    const WipedText whole = text.whole();
    EXPECT_EQ(std::string(whole.begin(), whole.end()), expected) << how;
  });
}

std::string content(const std::string& inside) {
  return chunk(R"("choices":[{"index":0,"delta":{"content":")" + inside +
               R"("},"finish_reason":null}])");
}

TEST(KeptText, PiecesWithAQuoteBehindEach) {
  const std::string body = content("Hello") + content(" \\\"wor\\u00e9ld\\\"") + chunk(stop) + done;
  expect_kept(sse_type, body, R"(Hello" \"wor\u00e9ld\"")");
  // The same again, now that the patterns know it.
  expect_kept(sse_type, body, R"(Hello" \"wor\u00e9ld\"")");
}

TEST(KeptText, NothingOfEmptyPiecesAndOfSound) {
  expect_kept(sse_type, content("") + content("a") + content(""), "a\"");
  expect_kept(sse_type,
              "data: {\"type\":\"response.output_audio.delta\",\"delta\":\"QUJD\\\\u0041\"}\n\n"
              "data: {\"type\":\"response.output_text.delta\",\"delta\":\"word\"}\n\n",
              "word\"");
}

TEST(KeptText, APieceThatBreaksOff) {
  const std::string body = content("whole") + content("a \\\" part that breaks off");
  expect_kept(sse_type, body.substr(0, body.find(" off")), R"(whole"a \" part that breaks)");
}

TEST(KeptText, NothingOfADocument) {
  expect_kept(json_type, R"({"choices":[{"text":"a \"b","message":{"content":"x"}}],"model":"m"})",
              "");
}

TEST(KeptText, StreamsOfAnotherType) { expect_kept(json_type, content("sniffed"), "sniffed\""); }

TEST(KeptText, WhichUsageIsWhole) {
  const auto has_usage = [](const std::string& body) {
    ResponseMeter meter;
    meter.begin(openai_usage_reader, patterns, sse_type, "", capture_limit);
    meter.observe(body);
    return meter.has_whole_usage();
  };
  EXPECT_FALSE(has_usage(content("a")));
  EXPECT_FALSE(has_usage(content("a") + chunk(stop)));
  EXPECT_TRUE(has_usage(content("a") + chunk(stop) + chunk("\"choices\":[]," + counts)));
  // Some report it with every chunk: before the end it is not all.
  EXPECT_FALSE(has_usage(chunk(delta + "," + counts)));
}

}  // namespace
}  // namespace llmgw::proxy
