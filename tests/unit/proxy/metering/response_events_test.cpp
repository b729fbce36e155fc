// SPDX-License-Identifier: MIT
// Event streams in the form that providers send, each cut at every place, and what must be known of
// them.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/metering/metered.hpp"

namespace llmgw::proxy {
namespace {

TEST(ResponseEvents, ReadsChatStreams) {
  const std::string with_null = chunk(delta + R"(,"usage":null,"obfuscation":"xx")");
  const std::string usage_chunk = chunk(R"("choices":[],)" + counts);
  const std::string moderation =
      chunk(R"("choices":[],"moderation":{"error":"x","usage":1},"usage":null)");
  const Expected expected{counted, "gpt-4o-mini-2024-07-18", "stop"};
  expect_facts(sse_type, with_null + chunk(stop + R"(,"usage":null)") + usage_chunk + done,
               expected);
  expect_facts(sse_type, chunk(delta) + chunk(stop + "," + counts) + done, expected);
  expect_facts(sse_type, with_null + chunk(stop) + usage_chunk + moderation + done, expected);
  expect_facts(sse_type, usage_chunk + chunk(delta) + chunk(stop) + done, expected);
  expect_facts(sse_type, chunk(delta) + chunk(stop) + done, {{}, "gpt-4o-mini-2024-07-18", "stop"});
  expect_facts(sse_type,
               chunk(delta) +
                   chunk(R"("choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1})") +
                   chunk(stop + "," + counts),
               expected);
  expect_facts(
      sse_type,
      chunk(delta) + usage_chunk.substr(0, usage_chunk.size() - 2),  // no blank line, no [DONE]
      {counted, "gpt-4o-mini-2024-07-18", ""});
  expect_facts(
      sse_type,
      chunk(delta) + usage_chunk.substr(0, usage_chunk.find("completion_tokens") + 20),  // cut
      {{14, unknown, unknown, unknown, unknown}, "gpt-4o-mini-2024-07-18", ""});
  expect_facts(sse_type,
               chunk(R"("choices":[{"index":1,"delta":{},"finish_reason":"length"}])") +
                   chunk(R"("choices":[{"index":0,"delta":{"content":"a"},"finish_reason":""}])") +
                   chunk(stop),
               {{}, "gpt-4o-mini-2024-07-18", "stop"});
}

TEST(ResponseEvents, ReadsStreamsOfEveryForm) {
  const std::string usage_chunk = chunk(R"("choices":[],)" + counts);
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
      text.replace(at, from.size(), to);
    return text;
  };
  const std::string stream = chunk(delta) + chunk(stop) + usage_chunk + done;
  const Expected expected{counted, "gpt-4o-mini-2024-07-18", "stop"};
  expect_facts(sse_type, replaced(stream, "\n", "\r\n"), expected);
  expect_facts(sse_type, replaced(stream, "\n", "\r"), expected);
  expect_facts(sse_type, replaced(stream, "data: ", "data:"), expected);
  expect_facts(
      sse_type,
      ": OPENROUTER PROCESSING\n\n: keep-alive\n\n" + replaced(stream, "data:", ": x\ndata:"),
      expected);
  expect_facts(sse_type, "\xef\xbb\xbf" + stream, expected);
  expect_facts(sse_type, replaced(stream, ",\"", ",\ndata: \""),
               expected);  // many data lines an event
  expect_facts(sse_type, replaced(replaced(stream, "\":", "\" : "), ",\"", ", \""), expected);
  expect_facts(sse_type, replaced(stream, "data:", "id: 1\nevent: message\ndata:"), expected);
}

TEST(ResponseEvents, TellsAnErrorEvent) {
  const std::string usage_chunk = chunk(R"("choices":[],)" + counts);
  for (const std::string event :
       {R"(data: {"error":{"message":"m","type":"server_error","param":null,"code":null}})"
        "\n\n",
        "data: {\"error\": {}}", "data: {\"error\":\"text\"}\n\n", "data: {\"error\":true}\n\n",
        "data: {\"error\":[{}]}\n\n", "data: {\"error\":500}\n\n",
        "event: error\ndata: {\"message\":1}\n\n", "event:error\n\n", "event: error",
        "error: {\"code\":500}\n\n", "data: {\"id\":1,\ndata: \"error\":{}}\n\n"}) {
    expect_facts(sse_type, usage_chunk + event, {counted, "gpt-4o-mini-2024-07-18", "", true});
    expect_facts(sse_type, chunk(delta) + event + (event.ends_with('\n') ? done : ""),
                 {{}, "gpt-4o-mini-2024-07-18", "", true});
  }
  expect_facts(sse_type, chunk(stop + R"(,"error":{"code":502},)" + counts) + done,
               {counted, "gpt-4o-mini-2024-07-18", "stop", true});
  for (const std::string event :
       {"data: {\"error\":null}\n\n", "data: {\"error\":false}\n\n", "data: {\"error\":\"\"}\n\n",
        "data: {\"error\":0}\n\n", "data: {\"x\":{\"error\":{}}}\n\n",
        "data: {\"x\":\"error\"}\n\n", "event: errors\ndata: {}\n\n", ": error\n\n",
        "id: error\n\n", "data: error\n\n", "data: [\"error\"]\n\n"}) {
    expect_facts(sse_type, usage_chunk + event, {counted, "gpt-4o-mini-2024-07-18", "", false});
  }
  EXPECT_FALSE(meter(json_type, R"({"error":{"message":"m"},"type":"error"})").error_event);
}

TEST(ResponseEvents, CountsPiecesOfTextHoweverEventsBegin) {
  const auto counted_text = [](const std::string& stream) {
    const ResponseFacts facts = meter(sse_type, stream);
    return std::to_string(*facts.stream_chunks) + "/" + std::to_string(*facts.output_bytes);
  };
  const auto text = [](const std::string& content, const std::string& rest = "") {
    return chunk(R"("choices":[{"index":0,"delta":{"content":")" + content + "\"" + rest + "}}]");
  };
  EXPECT_EQ(counted_text(text("a") + text("b") + text("c")), "3/3");
  EXPECT_EQ(counted_text(text("a") + text("") + text("\\n\\u00e9") + text("\\\"")), "3/5");
  // The same begin, and more text behind it in some of the events.
  EXPECT_EQ(counted_text(text("a") + text("b", R"(,"reasoning":"cd")") + text("e")), "4/5");
  EXPECT_EQ(counted_text(text("a") + text("b", R"(,"content":"x")") + text("c")), "4/4");
  // An event that only begins the same.
  EXPECT_EQ(
      counted_text(text("a") + text("b").substr(0, text("b").size() - 8) + "\n\n" + text("c")),
      "2/2");
  EXPECT_EQ(counted_text(text("a") + chunk(R"("choices":[{"index":0,"delta":{"content":null}}])")),
            "1/1");
  // A number in the place of text, and what stands behind it.
  EXPECT_EQ(meter(sse_type,
                  "data: {\"choices\":[{\"delta\":{\"content\":5},\"finish_reason\":\"k\"}]}\n\n")
                .finish_reason.view(),
            "k");
  EXPECT_EQ(counted_text(text("a") + done), "1/1");
  EXPECT_FALSE(meter(json_type, R"({"choices":[{"text":"a"}]})").stream_chunks);
  EXPECT_FALSE(meter("audio/mpeg", "x").output_bytes);
}

// An event that is known is taken without a search for the end of its line.
TEST(ResponseEvents, ReadsEventsThatAreKnownByTheirLines) {
  const std::string body = "{\"model\":\n\"a\",\"usage\":{\"prompt_tokens\":1}}";
  const std::string line = R"({"model":"b","usage":{"prompt_tokens":2}})";
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(meter(json_type, body).usage.prompt, 1u);
    EXPECT_EQ(meter(sse_type, "data: " + line + "\n\n").usage.prompt, 2u);
  }
  // Over two lines that are not both data it is another document, however alike.
  expect_facts(sse_type, "data: " + body + "\n\n", {{}, "", ""});
  // What follows on the line belongs to it, what follows in the next line does too.
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    const std::string event = "data: " + line + end;
    expect_facts(sse_type, event + end, {{2, {}, {}, {}, {}}, "b", ""});
    expect_facts(sse_type, event + "data: \"x\"" + end + end, {{2, {}, {}, {}, {}}, "b", ""});
    expect_facts(sse_type, event + "id: 1" + end + end + event + end,
                 {{2, {}, {}, {}, {}}, "b", ""});
  }
  const std::string text = R"({"choices":[{"delta":{"content":"a b"}}]})";
  for (int time = 0; time < 2; ++time)
    EXPECT_EQ(meter(sse_type, "data: " + text + "\n\ndata: " + text + "\n\n").output_bytes, 6u);
  // Whether an event holds text is a matter of that event alone.
  const std::string sound = R"({"type":"response.audio.delta","delta":"AAAA"})";
  for (int time = 0; time < 2; ++time)
    EXPECT_EQ(meter(sse_type, "data: " + sound + "\n\ndata: " + text + "\n\n").output_bytes, 3u);
  // A line end within a text ends the line.
  std::string cut = "data: " + text + "\n\n";
  cut[cut.find("a b") + 1] = '\n';
  EXPECT_EQ(meter(sse_type, cut).stream_chunks, 0u);
}

}  // namespace
}  // namespace llmgw::proxy
