// SPDX-License-Identifier: MIT
// What the collector accepts as an event, and how it names what it does not.
#include "common/event/check.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace llmgw {
namespace {

using nlohmann::json;

const json original = json::parse(R"({"request_id":"req_1","tenant":"demo","app_key":"k",
    "provider":"openai","model":"m","prompt_tokens":14,"completion_tokens":9,"total_tokens":23,
    "latency_ms":812,"status_code":200,"ts":"2026-11-23T08:30:00.123456789+02:00"})");

json version_1() {
  json event = original;
  event.update(json::parse(R"({"schema_version":1,"event_id":"0192-7","request_model":"m",
      "endpoint":"/v1/x","stream":true,"outcome":"completed","usage_source":"upstream",
      "cached_tokens":0,"reasoning_tokens":null,"ttft_ms":1.5,"upstream_request_id":"",
      "request_bytes":1,"response_bytes":2,"captured_bytes":2,"capture_truncated":false,
      "finish_reason":null})"));
  return event;
}

std::string fault_of(std::string_view text) {
  const auto checked = validate_event(text);
  return checked ? "" : checked.error().text;
}

std::string fault_with(std::string_view key, const char* value) {
  json event = version_1();
  event[std::string(key)] = json::parse(value);
  return fault_of(event.dump());
}

TEST(EventCheck, AcceptsVersion1AndTheOriginal) {
  const auto checked = validate_event(version_1().dump());
  ASSERT_TRUE(checked) << checked.error().text;
  EXPECT_EQ(checked->event_id, "0192-7");
  const auto old = validate_event(original.dump());
  ASSERT_TRUE(old) << old.error().text;
  EXPECT_EQ(old->event_id, "");
  EXPECT_TRUE(validate_event(version_1().dump(2) + "\r\n"));
}

TEST(EventCheck, BoundsHowDeepAnEventIsNested) {
  const auto nested = [](std::size_t depth) {
    std::string text = original.dump();
    text.back() = ',';
    return text + "\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(fault_of(nested(99)), "");
  EXPECT_EQ(fault_of(nested(100)), "nested more than 100 deep");
  EXPECT_EQ(fault_of(nested(5'000'000)), "nested more than 100 deep");
  EXPECT_NE(fault_of(std::string(200'000, '[')), "");
}

TEST(EventCheck, AcceptsAnEventIdWithoutASchemaVersion) {
  json event = original;
  event["event_id"] = "x";
  EXPECT_EQ(validate_event(event.dump())->event_id, "x");
}

TEST(EventCheck, AllowsUnknownKeysOfAnyShape) {
  EXPECT_EQ(fault_with("extra", R"({"tenant":5,"a":[{"tenant":[]}],"event_id":"inner"})"), "");
  EXPECT_EQ(fault_with("extra", R"([1,"x",null,{"status_code":"x"}])"), "");
  EXPECT_EQ(fault_with("extra", "null"), "");
  EXPECT_EQ(fault_with("zzz", "-1.5"), "");
  json event = version_1();
  event["extra"] = json::parse(R"({"event_id":"inner"})");
  EXPECT_EQ(validate_event(event.dump())->event_id, "0192-7");
}

TEST(EventCheck, NamesTheFieldThatIsMissing) {
  for (const auto key :
       {"request_id", "tenant", "provider", "model", "latency_ms", "status_code", "ts"}) {
    for (json event : {original, version_1()}) {
      event.erase(key);
      EXPECT_EQ(fault_of(event.dump()), std::string(key) + ": is missing");
    }
  }
  const json whole = version_1();
  for (const auto& [key, value] : whole.items()) {
    if (key == "app_key" || key == "schema_version") continue;
    json event = whole;
    event.erase(key);
    EXPECT_EQ(fault_of(event.dump()), key + ": is missing");
  }
  for (const auto key : {"app_key", "prompt_tokens", "completion_tokens", "total_tokens"}) {
    json event = original;
    event.erase(key);
    EXPECT_EQ(fault_of(event.dump()), "") << key;
  }
}

struct Case {
  std::string_view key;
  std::string_view expectation;
  std::vector<const char*> good;
  std::vector<const char*> bad;
};

TEST(EventCheck, NamesTheFieldOfTheWrongType) {
  const std::string ids = "must be a string of 1 to 128 characters of A-Z a-z 0-9 . _ -";
  const std::string times = "must be an RFC 3339 time such as 2026-11-23T08:30:00.123Z";
  const Case cases[] = {
      {"tenant",
       "must be a string that is not empty",
       {R"("x")"},
       {R"("")", "1", "null", "{}", "[]", "true"}},
      {"outcome", "must be a string that is not empty", {R"("new_one")"}, {R"("")", "null"}},
      {"model", "must be a string", {R"("")"}, {"1", "null", "[]", "1.5"}},
      {"finish_reason", "must be a string or null", {"null", R"("stop")"}, {"1", "false", "{}"}},
      {"stream_chunks",
       "must be an integer from 0 or null",
       {"null", "0", "7"},
       {"-1", "1.5", "\"1\""}},
      {"output_bytes", "must be an integer from 0 or null", {"null", "0"}, {"-1", "true"}},
      {"cache_write_tokens", "must be an integer from 0 or null", {"null", "5"}, {"-1", "0.5"}},
      {"service_tier", "must be a string or null", {"null", R"("flex")"}, {"1", "[]"}},
      {"native_finish_reason", "must be a string or null", {"null", R"("STOP")"}, {"{}"}},
      {"request_digest", "must be a string or null", {"null", R"("hmac-sha256:0")"}, {"1"}},
      {"response_digest", "must be a string or null", {"null", R"("hmac-sha256:0")"}, {"[]"}},
      {"app_key", "must be a string or null", {"null", R"("")"}, {"-1", "true"}},
      {"prompt_tokens",
       "must be an integer from 0 or null",
       {"null", "0", "18446744073709551615"},
       {"-1", "1.5", "1.0", R"("1")", "true", "[]", "{}"}},
      {"request_bytes", "must be an integer from 0", {"0"}, {"null", "-1", "2.5", R"("2")"}},
      {"latency_ms",
       "must be a number from 0",
       {"0", "0.5", "1e3"},
       {"-1", "-0.5", "null", R"("1")", "true", "[]", "{}"}},
      {"ttft_ms", "must be a number from 0 or null", {"0", "0.5", "null"}, {"-1", R"("1")"}},
      {"stream", "must be true or false", {"true", "false"}, {"null", "0", R"("true")"}},
      {"status_code",
       "must be a status code, or 0",
       {"0", "100", "599"},
       {"1", "99", "600", "-200", "200.0", R"("200")", "null"}},
      {"schema_version", "must be 1", {"1"}, {"0", "2", "-1", "1.0", R"("1")", "null", "true"}},
      {"event_id", ids, {R"("a.B_9-")"}, {R"("")", R"("a b")", "null", "7", "[]"}},
      {"ts",
       times,
       {R"("2026-11-23T08:30:00Z")", R"("2026-11-23T08:30:00.1Z")",
        R"("2026-11-23T08:30:60.123456789-07:00")"},
       {R"("")", R"("now")", "1700000000", "null", R"("2026-11-23 08:30:00Z")",
        R"("2026-11-23T08:30:00")", R"("2026-11-23T08:30:00.Z")", R"("2026-13-23T08:30:00Z")",
        R"("2026-11-32T08:30:00Z")", R"("2026-11-23T24:30:00Z")", R"("2026-11-23T08:60:00Z")",
        R"("2026-11-23T08:30:00+02")", R"("2026-11-23T08:30:00Zx")", R"("2026-1")"}},
  };
  for (const auto& [key, expectation, good, bad] : cases) {
    for (const auto* value : good) EXPECT_EQ(fault_with(key, value), "") << key << '=' << value;
    for (const auto* value : bad) {
      EXPECT_EQ(fault_with(key, value), std::string(key) + ": " + std::string(expectation))
          << value;
    }
  }
}

TEST(EventCheck, RefusesWhatIsNoObject) {
  for (const auto text : {"[]", "null", "1", "-1", "1.5", "true", "\"x\"", "[{}]"}) {
    EXPECT_EQ(fault_of(text), "not a JSON object") << text;
  }
  EXPECT_EQ(fault_of("{}"), "request_id: is missing");
}

TEST(EventCheck, RefusesBrokenJsonAtEveryCut) {
  const std::string text = version_1().dump();
  for (std::size_t size = 0; size < text.size(); ++size) {
    // A number that was cut short may be refused for its value first.
    const auto fault = fault_of(text.substr(0, size));
    EXPECT_TRUE(fault.starts_with("not valid JSON at byte") || fault.starts_with("status_code:"))
        << size << fault;
  }
  EXPECT_TRUE(fault_of(text + "x").starts_with("not valid JSON"));
  EXPECT_TRUE(fault_of(text + text).starts_with("not valid JSON"));
  EXPECT_TRUE(fault_of(R"({"a":1e999})").starts_with("not valid JSON"));
  EXPECT_TRUE(fault_of("{\"a\":\"\xff\"}").starts_with("not valid JSON"));
  EXPECT_TRUE(fault_of("{'a':1}").starts_with("not valid JSON"));
}

TEST(EventCheck, OverlooksNothingBehindANul) {
  const std::string text = version_1().dump();
  const std::string nul(1, '\0');
  EXPECT_EQ(fault_of(text + nul + "{"),
            "not valid JSON at byte " + std::to_string(text.size() + 1));
  EXPECT_NE(fault_of(text + nul), "");
  EXPECT_NE(fault_of(nul + text), "");
}

TEST(EventCheck, RefusesAFieldThatAppearsTwice) {
  std::string text = original.dump();
  text.insert(1, R"("tenant":"other",)");
  EXPECT_EQ(fault_of(text), "tenant: appears twice");
}

}  // namespace
}  // namespace llmgw
