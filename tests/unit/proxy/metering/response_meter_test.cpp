// SPDX-License-Identifier: MIT
// Replies in the form that providers send, each cut at every place, and what must be known of them.
#include "proxy/metering/response_meter.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/support/encode.hpp"
#include "tests/support/failing_new.hpp"
#include "tests/unit/proxy/metering/metered.hpp"

namespace llmgw::proxy {
namespace {

static_assert(sizeof(ResponseMeter) <= 512, "one lives in each open exchange");

TEST(ResponseMeter, ReadsChatCompletions) {
  const std::string compact =
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1741569952,"model":"gpt-4o-mini-2024-07-18",)"
      R"("choices":[{"index":0,"message":{"role":"assistant","content":"say \"usage\":{\"prompt_tokens\":1}",)"
      R"("refusal":null,"annotations":[{"usage":{"prompt_tokens":99}}]},"logprobs":null,"finish_reason":"length"}],)" +
      counts + R"(,"service_tier":"default","system_fingerprint":null})";
  expect_facts(json_type, compact, {counted, "gpt-4o-mini-2024-07-18", "length"});
  expect_facts("application/vnd.x+json; charset=utf-8", compact,
               {counted, "gpt-4o-mini-2024-07-18", "length"});

  const std::string pretty = R"({
  "id": "chatcmpl-1",
  "choices": [
    {
      "index": 0,
      "message": {
        "role": "assistant",
        "content": "Hello!\nbye"
      },
      "finish_reason": "stop"
    }
  ],
  "usage": {
    "prompt_tokens": 19,
    "completion_tokens": 10,
    "total_tokens": 29,
    "prompt_tokens_details": {
      "cached_tokens": 0
    }
  },
  "model": "gpt-4.1"
}
)";
  expect_facts(json_type, pretty, {{19, 10, 29, 0, unknown}, "gpt-4.1", "stop"});
}

TEST(ResponseMeter, ReadsWhatOtherEndpointsReport) {
  expect_facts(json_type,
               R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":"AAAA"}],)"
               R"("model":"text-embedding-3-small","usage":{"prompt_tokens":8,"total_tokens":8}})",
               {{8, unknown, 8, unknown, unknown}, "text-embedding-3-small", ""});
  expect_facts(
      json_type,
      R"({"text":"hi","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":0},)"
      R"("output_tokens":45,"total_tokens":59}})",
      {{14, 45, 59, unknown, unknown}, "", ""});
  expect_facts(json_type, R"({"text":"hi","usage":{"type":"duration","seconds":9}})", {});
  expect_facts(json_type, R"({"object":"list","data":[{"id":"a","model":"b"}]})", {});
  expect_facts(
      sse_type,
      "data: {\"type\":\"transcript.text.delta\",\"delta\":\"a\"}\n\n"
      "data: "
      "{\"type\":\"transcript.text.done\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}\n\n",
      {{3, 4, 7, unknown, unknown}, "", ""});
}

TEST(ResponseMeter, TellsTheTierAndWhatWasWrittenToTheCache) {
  const std::string usage =
      R"("usage":{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":2,"cache_write_tokens":3}})";
  const Usage expected{9, unknown, unknown, 2, unknown, 3};
  const std::string body = R"({"model":"m","service_tier":"flex",)" + usage + "}";
  expect_facts(json_type, body, {expected, "m", ""});
  expect_facts(json_type, R"({"choices":[{)" + usage + "}]}", {expected, "", ""});
  EXPECT_EQ(meter(json_type, body).service_tier.view(), "flex");
  EXPECT_EQ(meter(sse_type, chunk(delta + R"(,"service_tier":null)") +
                                chunk(stop + R"(,"service_tier":"default")") +
                                chunk(stop + R"(,"service_tier":"")") +
                                chunk(stop + R"(,"service_tier":"later")"))
                .service_tier.view(),
            "default");
  EXPECT_EQ(meter(sse_type, R"(data: {"response":{"service_tier":"a\u0062"}})").service_tier.view(),
            "ab");
  EXPECT_EQ(
      meter(json_type, R"({"service_tier":")" + std::string(99, 'x') + "\"}").service_tier.view(),
      std::string(31, 'x'));
  EXPECT_TRUE(meter(json_type, R"({"service_tier":5,"usage":{"x":1}})").service_tier.empty());
}

TEST(ResponseMeter, ReadsResponses) {
  const std::string usage =
      R"("usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":5},"output_tokens":87,)"
      R"("output_tokens_details":{"reasoning_tokens":64},"total_tokens":123})";
  const Usage expected{36, 87, 123, 5, 64};
  expect_facts(
      json_type,
      R"({"id":"resp_1","object":"response","status":"completed","error":null,"incomplete_details":null,)"
      R"("model":"gpt-5-2025-08-07","output":[{"type":"message","usage":{"input_tokens":1}}],)" +
          usage + "}",
      {expected, "gpt-5-2025-08-07", ""});

  const std::string created =
      "event: response.created\ndata: "
      "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\","
      "\"status\":\"in_progress\",\"error\":null,\"model\":\"gpt-5-2025-08-07\",\"usage\":null}}"
      "\n\n";
  const std::string text =
      "event: response.output_text.delta\ndata: "
      "{\"type\":\"response.output_text.delta\",\"delta\":\"\\\"error\\\":1\"}\n\n";
  const auto last = [&](const std::string& kind, const std::string& details) {
    return "event: " + kind + "\ndata: {\"type\":\"" + kind + "\",\"response\":{\"status\":\"x\"," +
           details + "\"model\":\"gpt-5-2025-08-07\"," + usage + "}}\n\n";
  };
  expect_facts(sse_type, created + text + last("response.completed", R"("error":null,)"),
               {expected, "gpt-5-2025-08-07", ""});
  expect_facts(sse_type,
               created + last("response.incomplete",
                              R"("incomplete_details":{"reason":"max_output_tokens"},)"),
               {expected, "gpt-5-2025-08-07", "max_output_tokens"});
  expect_facts(sse_type, created + last("response.failed", R"("error":{"code":"server_error"},)"),
               {expected, "gpt-5-2025-08-07", "", true});
  for (
      const std::string error :
      {R"({"type":"error","code":"x","message":"m","param":null,"sequence_number":2})",
       R"({"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"x"}})",
       R"({"sequence_number":2,"type":"response.failed","response":{"error":{"code":"server_error"}}})"}) {
    expect_facts(sse_type, created + "data: " + error + "\n\n", {{}, "gpt-5-2025-08-07", "", true});
  }
}

TEST(ResponseMeter, ReadsWhatCompatibleServersSend) {
  // Azure: the first chunk names no model, filter results may hold an `error`, and come late.
  expect_facts(
      sse_type,
      R"(data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,)"
      R"("content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]})"
      "\n\n" +
          chunk(
              R"("choices":[{"content_filter_result":{"error":{"code":"x"}},"delta":{},"finish_reason":null}])") +
          chunk(stop) +
          chunk(
              R"("choices":[{"content_filter_offsets":{"check_offset":1},"delta":{},"finish_reason":null}])") +
          chunk(R"("choices":[],)" + counts) + done,
      {counted, "gpt-4o-mini-2024-07-18", "stop"});
  // Groq
  expect_facts(
      sse_type,
      chunk(delta + R"(,"x_groq":{"id":"req_1"})") +
          chunk(
              stop +
              R"(,"x_groq":{"id":"req_1","usage":{"queue_time":0.05,"prompt_tokens":18,)"
              R"("prompt_time":0.0004,"completion_tokens":7,"total_tokens":25,"total_time":0.01}})") +
          done,
      {{18, 7, 25, unknown, unknown}, "gpt-4o-mini-2024-07-18", "stop"});
  // DeepSeek
  expect_facts(
      json_type,
      "\n\n\n"
      R"({"model":"deepseek-chat","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":10,)"
      R"("completion_tokens":5,"total_tokens":15,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":4}})",
      {{10, 5, 15, 6, unknown}, "deepseek-chat", "stop"});
  // Moonshot
  expect_facts(
      sse_type,
      chunk(R"("choices":[{"index":0,"delta":{},"finish_reason":"stop",)" + counts + "}]") + done,
      {counted, "gpt-4o-mini-2024-07-18", "stop"});
  // names of both APIs, one of them filled
  expect_facts(
      json_type,
      R"({"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"input_tokens":0,"output_tokens":0,)"
      R"("input_tokens_details":null}})",
      {{3, 4, 7, unknown, unknown}, "", ""});
  // xAI: the total is not the sum
  expect_facts(json_type,
               R"({"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":303}})",
               {{12, 1, 303, unknown, unknown}, "", ""});
}

TEST(ResponseMeter, TakesTheUsageOfAChoiceOnlyWhereTheDocumentHasNone) {
  const std::string choice =
      R"("choices":[{"index":0,"finish_reason":"stop","usage":{"prompt_tokens":1,"completion_tokens":1,"cached_tokens":1}}])";
  const Expected own{counted, "", "stop"};
  expect_facts(json_type, "{" + choice + "," + counts + "}", own);
  expect_facts(json_type, "{" + counts + "," + choice + "}", own);
  expect_facts(sse_type, "data: {" + counts + "}\n\ndata: {" + choice + "}\n\n", own);
  expect_facts(sse_type, "data: {" + choice + "}\n\ndata: {" + counts + "}\n\n", own);
  expect_facts(
      sse_type,
      "data: {" + choice + "}\n\ndata: {\"x_groq\":{" + counts + "}}\n\ndata: {" + choice + "}\n\n",
      own);
  const Expected lesser{{1, 1, 2, unknown, unknown}, "", "stop"};
  expect_facts(json_type, "{" + choice + R"(,"usage":null})", lesser);
  expect_facts(json_type, R"({"usage":{"prompt_tokens":null},)" + choice + "}", lesser);
  expect_facts(sse_type, "data: {" + choice + "}\n\ndata: {\"usage\":{}}\n\n", lesser);
}

TEST(ResponseMeter, TellsWhenTheUsageIsNextToCome) {
  ResponseMeter meter;
  JsonPatterns patterns;
  EXPECT_FALSE(meter.awaits_usage());
  meter.begin(openai_usage_reader, patterns, sse_type, "", 1000);
  meter.observe(chunk(delta));
  EXPECT_FALSE(meter.awaits_usage());
  meter.observe(chunk(stop));
  EXPECT_TRUE(meter.awaits_usage());
  const std::string last = chunk(counts);
  for (std::size_t at = 0; at + 2 < last.size(); ++at) {
    EXPECT_EQ(meter.awaits_usage(), at < last.size() - 2) << at;  // until the end of its JSON
    meter.observe(std::string_view(last).substr(at, 1));
  }
  EXPECT_FALSE(meter.awaits_usage());
}

TEST(ResponseMeter, TakesSoundNumbersAlone) {
  const auto usage_of = [](const std::string& spelt) {
    return meter(json_type, R"({"usage":{"prompt_tokens":7,"prompt_tokens":)" + spelt +
                                R"(,"total_tokens":1}})")
        .usage.prompt;
  };
  EXPECT_EQ(usage_of("13"), 13u);
  EXPECT_EQ(usage_of("13.0"), 13u);
  EXPECT_EQ(usage_of("0"), 0u);
  for (const std::string nonsense :
       {"null", "-1", "\"13\"", "13.5", "true", "{\"prompt_tokens\":1}", "[1]", "1e99"}) {
    EXPECT_EQ(usage_of(nonsense), 7u) << nonsense;
  }
  for (const std::string usage :
       {"null", "7", "[{\"prompt_tokens\":1}]", "\"prompt_tokens\"", "{}", "{\"x\":1}"}) {
    EXPECT_FALSE(is_known(meter(json_type, "{\"usage\":" + usage + "}").usage)) << usage;
  }
}

TEST(ResponseMeter, KnowsBodiesByTypeOrFirstBytes) {
  const std::string object = "{" + counts + "}";
  const std::string stream = "data: {" + counts + "}\n\n";
  const auto sees = [](std::string_view type, std::string_view body, std::string_view coding = "") {
    return is_known(meter(type, body, coding).usage);
  };
  for (const std::string_view type :
       {"application/json", "APPLICATION/JSON;charset=UTF-8", " application/json ; x=y",
        "application/problem+json", "", "application/json, text/plain; +JSON"}) {
    EXPECT_EQ(sees(type, object), type != "application/json, text/plain; +JSON") << type;
  }
  for (const std::string_view type :
       {"text/event-stream", "Text/Event-Stream;charset=utf-8", "", "application/json"}) {
    EXPECT_TRUE(sees(type, stream)) << type;
    EXPECT_TRUE(sees(type, ": hello\n\n" + stream)) << type;
    EXPECT_TRUE(sees(type, "\n\nevent: x\n" + stream)) << type;
  }
  for (const std::string_view type :
       {"text/plain", "application/octet-stream", "audio/mpeg", "text/html", "json",
        "application/jsonl", "application/x-ndjson"}) {
    EXPECT_FALSE(sees(type, object)) << type;
    EXPECT_FALSE(sees(type, stream)) << type;
  }
  expect_facts("", stream, {counted, "", ""});
  expect_facts("", " \r\n" + object, {counted, "", ""});
  expect_facts("", "event: error\n\n", {{}, "", "", true});
  for (const std::string& body : {"date: x\n" + stream, "even\n" + stream, "x" + object,
                                  "[" + object + "]", "error: x\n" + stream}) {
    expect_facts("", body, {});
  }
  EXPECT_TRUE(sees(json_type, object, "identity"));
  EXPECT_TRUE(sees(json_type, object, " Identity "));
  for (const std::string_view coding : {"gzip", "br", "zstd", "deflate", "gzip, identity", "x"}) {
    EXPECT_FALSE(sees(json_type, object, coding)) << coding;
  }
}

TEST(ResponseMeter, SaysHowMuchWasCaptured) {
  const std::string body =
      R"({"choices":[{"message":{"content":")" + std::string(1000, 'x') + R"("}}],)" + counts + "}";
  const auto capture = [&](std::string_view type, std::string_view coding, std::uint64_t limit) {
    const ResponseFacts facts = meter(type, body, coding, limit);
    return std::to_string(facts.captured_bytes) + (facts.capture_truncated ? " cut" : "") +
           (is_known(facts.usage) ? " usage" : "");
  };
  const std::string size = std::to_string(body.size());
  EXPECT_EQ(capture(json_type, "", capture_limit), size + " usage");
  EXPECT_EQ(capture(json_type, "", body.size()), size + " usage");
  EXPECT_EQ(capture(json_type, "", body.size() - 1),
            std::to_string(body.size() - 1) + " cut usage");
  EXPECT_EQ(capture(json_type, "", 1), "1 cut usage");
  EXPECT_EQ(capture(json_type, "", 0), "0");
  EXPECT_EQ(capture("audio/mpeg", "", 10), "0");
  EXPECT_EQ(capture(json_type, "gzip", 10), "10 cut");
  EXPECT_EQ(capture(json_type, "compress", 10), "0");
}

TEST(ResponseMeter, BoundsWhatItHolds) {
  const std::string name(500, 'm');
  const ResponseFacts facts = meter(
      json_type, R"({"model":")" + name + R"(","choices":[{"finish_reason":")" + name + R"("}]})");
  EXPECT_EQ(facts.model.view(), name.substr(0, max_event_text));
  EXPECT_EQ(facts.finish_reason.view(), name.substr(0, facts.finish_reason.capacity()));
  // An event of a megabyte, shown in parts, with the usage behind.
  const std::string image =
      "data: {\"b64_json\":\"" + std::string(1 << 20, 'A') + "\"," + counts + "}\n\n";
  ResponseMeter meter;
  meter.begin(openai_usage_reader, patterns, sse_type, "", 1);
  for (std::string_view rest = image; !rest.empty();
       rest.remove_prefix(std::min<std::size_t>(1000, rest.size()))) {
    meter.observe(rest.substr(0, 1000));
  }
  EXPECT_EQ(to_text(meter.finish().usage), to_text(counted));
}

// Bytes that no coding makes much smaller.
std::string long_text(std::size_t size) {
  std::mt19937 random(11);
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('0' + random() % 64);
  std::ranges::replace(text, '\\', '/');
  return text;
}

TEST(ResponseMeter, FindsUsageBehindFiftyMegabytes) {
  const std::string body =
      R"({"data":[{"embedding":")" + long_text(50 << 20) + R"("}],)" +
      R"("model":"text-embedding-3-large","usage":{"prompt_tokens":8,"total_tokens":8}})";
  const auto expect_usage = [](std::string_view coding, std::string_view coded) {
    ResponseMeter meter;
    meter.begin(openai_usage_reader, patterns, json_type, coding, capture_limit);
    for (std::size_t at = 0; at < coded.size(); at += 65'536)
      meter.observe(coded.substr(at, 65'536));
    const ResponseFacts facts = meter.finish();
    EXPECT_EQ(to_text(facts.usage), "8 - 8 - - - - ") << coding;
    EXPECT_TRUE(facts.capture_truncated);
    EXPECT_EQ(facts.captured_bytes, capture_limit);
  };
  expect_usage("", body);
  for (const Encoding each : {Encoding::gzip, Encoding::br, Encoding::zstd})
    expect_usage(token(each), encode(each, body));
}

TEST(ResponseMeter, KnowsNoUsageOfABrokenCoding) {
  const std::string stream = chunk(R"("choices":[],)" + counts) + ": " + long_text(9'000) + "\n\n";
  std::string body = encode(Encoding::gzip, stream);
  const auto knows = [](std::string_view coded, std::string_view coding) {
    return is_known(meter(sse_type, coded, coding).usage);
  };
  EXPECT_TRUE(knows(body, "gzip"));
  // Cut: what it said before counts, as with a body that is not coded.
  EXPECT_TRUE(knows(std::string_view(body).substr(0, body.size() - 100), "gzip"));
  body[body.size() - 6] = static_cast<char>(~body[body.size() - 6]);  // of the check sum
  EXPECT_FALSE(knows(body, "gzip"));
  EXPECT_EQ(meter(sse_type, body, "gzip").model.view(), "gpt-4o-mini-2024-07-18");
  EXPECT_FALSE(knows(encode(Encoding::br, stream + ":" + std::string(64 << 20, ' ')), "br"));
}

// However little memory there is: no exception, and no wrong count.
TEST(ResponseMeter, EndsMeteringWhereMemoryIsRefused) {
  const std::string stream =
      chunk(delta + R"(,"usage":null)") + chunk(stop) + chunk(R"("choices":[],)" + counts) + done;
  std::vector<std::pair<std::string, std::string>> bodies{{"", stream}};
  for (const Encoding each : every_encoding) bodies.emplace_back(token(each), encode(each, stream));
  for (const auto& [coding, body] : bodies) {
    std::size_t known = 0;
    for (std::size_t after = 0; known == 0; ++after) {
      ASSERT_LT(after, 1000u);
      JsonPatterns none_known;
      const FailingNew failing(after);
      ResponseMeter meter;
      meter.begin(openai_usage_reader, none_known, sse_type, coding, capture_limit);
      for (std::size_t at = 0; at < body.size(); at += 7)
        meter.observe(std::string_view(body).substr(at, 7));
      const ResponseFacts facts = meter.finish();
      if (facts.usage == counted) known = after + 1;
      const bool has_failed = failing.has_failed();
      EXPECT_TRUE(facts.usage == counted || (has_failed && !is_known(facts.usage)))
          << coding << after;
    }
    EXPECT_GT(known, 1u) << coding << ": nothing was allocated, so nothing was tried";
  }
}

TEST(ResponseMeter, ThatWasNotBegunKnowsNothing) {
  ResponseMeter meter;
  meter.observe("{" + counts + "}");
  const ResponseFacts facts = meter.finish();
  EXPECT_FALSE(is_known(facts.usage));
  EXPECT_EQ(facts.captured_bytes, 0u);
}

}  // namespace
}  // namespace llmgw::proxy
