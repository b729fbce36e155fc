// SPDX-License-Identifier: MIT
// The event's line: exact bytes, hostile strings, bounds, and that the collector accepts all of it.
#include "common/event/metering_event.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "common/event/check.hpp"

namespace llmgw {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

MeteringEvent example() {
  MeteringEvent event;
  event.request_id = "req_0192";
  event.tenant = "demo";
  event.app_key = "sha256:3f1c9a0b4d2e";
  event.provider = "openai";
  event.model = "gpt-4o-mini-2024-07-18";
  event.tokens = {.prompt = 14, .completion = 9, .total = 23, .cached = 0, .reasoning = 0};
  event.latency = 812'400us;
  event.status_code = 200;
  event.ts = std::chrono::system_clock::time_point(1'795'422'600'123ms);
  event.event_id = "0192f0c1-0000-7000-8000-000000000000";
  event.request_model = "gpt-4o-mini";
  event.endpoint = "/v1/chat/completions";
  event.stream = true;
  event.usage_source = UsageSource::upstream;
  event.ttft = 211'700us;
  event.upstream_request_id = "req_abc";
  event.request_bytes = 412;
  event.response_bytes = 9'310;
  event.captured_bytes = 9'310;
  event.finish_reason = "stop";
  event.stream_chunks = 9;
  event.output_bytes = 34;
  return event;
}

std::string line_of(const MeteringEvent& event) {
  std::string line;
  const auto size = encode(event, line);
  EXPECT_EQ(size, line.size());
  return line;
}

json parsed(const MeteringEvent& event) { return json::parse(line_of(event)); }

TEST(MeteringEvent, IsOneLineOfKnownBytes) {
  EXPECT_EQ(line_of(example()),
            R"({"request_id":"req_0192","tenant":"demo","app_key":"sha256:3f1c9a0b4d2e",)"
            R"("provider":"openai","model":"gpt-4o-mini-2024-07-18","prompt_tokens":14,)"
            R"("completion_tokens":9,"total_tokens":23,"latency_ms":812.4,"status_code":200,)"
            R"("ts":"2026-11-23T08:30:00.123Z","schema_version":1,)"
            R"("event_id":"0192f0c1-0000-7000-8000-000000000000","request_model":"gpt-4o-mini",)"
            R"("endpoint":"/v1/chat/completions","stream":true,"outcome":"completed",)"
            R"("usage_source":"upstream","cached_tokens":0,"reasoning_tokens":0,"ttft_ms":211.7,)"
            R"("upstream_request_id":"req_abc","request_bytes":412,"response_bytes":9310,)"
            R"("captured_bytes":9310,"capture_truncated":false,"finish_reason":"stop",)"
            R"("stream_chunks":9,"output_bytes":34,"cache_write_tokens":null,)"
            R"("service_tier":null,"native_finish_reason":null})"
            "\n");
}

TEST(MeteringEvent, IsAppendedAndAlsoFitsASpan) {
  std::string out = "before\n";
  const auto size = encode(example(), out);
  EXPECT_EQ(out, "before\n" + line_of(example()));
  std::array<char, max_encoded_event> span;
  ASSERT_EQ(encode(example(), std::span(span)), size);
  EXPECT_EQ(std::string(span.data(), size), line_of(example()));
}

TEST(MeteringEvent, WritesNullForWhatNobodyReported) {
  MeteringEvent event = example();
  event.tokens = {};
  event.usage_source = UsageSource::missing;
  event.ttft.reset();
  event.finish_reason = {};
  event.upstream_request_id = {};
  event.app_key = {};
  event.stream_chunks.reset();
  event.output_bytes.reset();
  event.capture_truncated = true;
  event.stream = false;
  const json object = parsed(event);
  for (const auto key :
       {"prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens",
        "ttft_ms", "finish_reason", "stream_chunks", "output_bytes", "cache_write_tokens",
        "service_tier", "native_finish_reason"}) {
    EXPECT_TRUE(object.at(key).is_null()) << key;
  }
  EXPECT_EQ(object.at("usage_source"), "missing");
  EXPECT_EQ(object.at("upstream_request_id"), "");
  EXPECT_EQ(object.at("app_key"), "");
  EXPECT_EQ(object.at("capture_truncated"), true);
  EXPECT_EQ(object.at("stream"), false);
}

TEST(MeteringEvent, TellsWhatProvidersTellOfThemselves) {
  MeteringEvent event = example();
  event.tokens.cache_write = 7;
  event.service_tier = "priority";
  event.native_finish_reason = "model_context_window_exceeded";
  const json object = parsed(event);
  EXPECT_EQ(object.at("cache_write_tokens"), 7);
  EXPECT_EQ(object.at("service_tier"), "priority");
  EXPECT_EQ(object.at("native_finish_reason"), "model_context_window_exceeded");
  EXPECT_TRUE(validate_event(line_of(event)));
}

TEST(MeteringEvent, TellsOfTranslationWhereItIsRouted) {
  MeteringEvent event = example();
  const TranslationFacts translation{"anthropic", "seed,n", true, 3};
  event.translation = &translation;
  event.tokens.cache_write_1h = 0;
  EXPECT_FALSE(parsed(event).contains("translated"));
  event.is_routed = true;
  const json object = parsed(event);
  EXPECT_EQ(object.at("translated"), "anthropic");
  EXPECT_EQ(object.at("dropped_params"), (json{"seed", "n"}));
  EXPECT_EQ(object.at("max_tokens_defaulted"), true);
  EXPECT_EQ(object.at("cache_write_1h_tokens"), 0);
  EXPECT_EQ(object.at("server_tool_requests"), 3);
  EXPECT_TRUE(validate_event(line_of(event)));
  event.translation = nullptr;
  event.tokens.cache_write_1h = std::nullopt;
  const json plain = parsed(event);
  for (const auto key : {"translated", "cache_write_1h_tokens", "server_tool_requests"})
    EXPECT_TRUE(plain.at(key).is_null()) << key;
  EXPECT_EQ(plain.at("dropped_params"), json::array());
  EXPECT_EQ(plain.at("max_tokens_defaulted"), false);
  EXPECT_TRUE(validate_event(line_of(event)));
}

TEST(MeteringEvent, TellsTheCostWhereThereArePrices) {
  MeteringEvent event = example();
  event.cost_nano_usd = 7'450;
  EXPECT_FALSE(parsed(event).contains("cost_nano_usd"));
  event.has_cost = true;
  event.price_id = "0123456789ab";
  const json object = parsed(event);
  EXPECT_EQ(object.at("cost_nano_usd"), 7'450);
  EXPECT_EQ(object.at("cost_assumed"), false);
  EXPECT_EQ(object.at("price_id"), "0123456789ab");
  EXPECT_TRUE(validate_event(line_of(event)));
  event.cost_nano_usd.reset();
  EXPECT_TRUE(parsed(event).at("cost_nano_usd").is_null());
  EXPECT_TRUE(validate_event(line_of(event)));
}

TEST(MeteringEvent, HoldsDigestsWhereTheyAreKept) {
  EXPECT_FALSE(parsed(example()).contains("request_digest"));
  MeteringEvent event = example();
  event.has_digests = true;
  event.request_digest = "hmac-sha256:00ff";
  const json object = parsed(event);
  EXPECT_EQ(object.at("request_digest"), "hmac-sha256:00ff");
  EXPECT_TRUE(object.at("response_digest").is_null());
  EXPECT_TRUE(validate_event(line_of(event)));
}

TEST(MeteringEvent, WritesMillisecondsWithUpToThreeDecimals) {
  const std::pair<std::chrono::nanoseconds, std::string_view> cases[] = {
      {0ns, "0"},       {1us, "0.001"}, {10us, "0.01"},    {100us, "0.1"},       {120us, "0.12"},
      {123us, "0.123"}, {1ms, "1"},     {1001us, "1.001"}, {499ns, "0"},         {500ns, "0.001"},
      {999'600ns, "1"}, {-5ms, "0"},    {1h, "3600000"},   {812'400us, "812.4"},
  };
  for (const auto& [latency, text] : cases) {
    MeteringEvent event = example();
    event.latency = latency;
    const auto line = line_of(event);
    EXPECT_NE(line.find("\"latency_ms\":" + std::string(text) + ","), line.npos) << line;
  }
}

TEST(MeteringEvent, NamesEveryOutcome) {
  const std::array<std::string_view, outcome_count> names{
      "completed",        "stream_error",         "client_aborted",   "upstream_aborted",
      "upstream_timeout", "upstream_unreachable", "upstream_invalid", "refused"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    MeteringEvent event = example();
    event.outcome = static_cast<Outcome>(i);
    EXPECT_EQ(parsed(event).at("outcome"), names[i]);
    EXPECT_TRUE(validate_event(line_of(event)));
  }
}

using TextMember = std::string_view MeteringEvent::*;

constexpr std::pair<std::string_view, TextMember> text_members[] = {
    {"request_id", &MeteringEvent::request_id},
    {"tenant", &MeteringEvent::tenant},
    {"app_key", &MeteringEvent::app_key},
    {"provider", &MeteringEvent::provider},
    {"model", &MeteringEvent::model},
    {"event_id", &MeteringEvent::event_id},
    {"request_model", &MeteringEvent::request_model},
    {"endpoint", &MeteringEvent::endpoint},
    {"upstream_request_id", &MeteringEvent::upstream_request_id},
    {"finish_reason", &MeteringEvent::finish_reason},
    {"service_tier", &MeteringEvent::service_tier},
    {"native_finish_reason", &MeteringEvent::native_finish_reason},
};

std::size_t limit_of(std::string_view key) {
  if (key == "endpoint") return max_event_endpoint;
  return key.ends_with("finish_reason") || key == "service_tier" ? max_event_word : max_event_text;
}

TEST(MeteringEvent, SurvivesHostileStringsInEveryField) {
  using namespace std::string_literals;
  for (const auto& [key, member] : text_members) {
    for (const auto& text :
         {"\"},{\"x\":\""s, "a\nb\r\n"s, "\0\x1f\x7f"s, "\\\\\""s, "\u00e4\U0001f600"s}) {
      MeteringEvent event = example();
      event.*member = text;
      const auto line = line_of(event);
      EXPECT_EQ(line.find('\n'), line.size() - 1);
      EXPECT_EQ(json::parse(line).at(key), text) << key;
    }
    MeteringEvent event = example();
    event.*member = "a\xff\xc3(";
    EXPECT_EQ(parsed(event).at(key), "a\ufffd\ufffd(") << key;
  }
}

TEST(MeteringEvent, BoundsItsStrings) {
  const std::string text(10'000, 'x');
  for (const auto& [key, member] : text_members) {
    MeteringEvent event = example();
    event.*member = text;
    EXPECT_EQ(parsed(event).at(key).get<std::string>(), text.substr(0, limit_of(key))) << key;
  }
}

TEST(MeteringEvent, NeverOutgrowsItsBound) {
  const std::string text(10'000, '\x01');
  MeteringEvent event = example();
  for (const auto& [key, member] : text_members) event.*member = text;
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  event.tokens = {most, most, most, most, most, most, most};
  event.stream_chunks = event.output_bytes = most;
  event.has_digests = true;
  const std::string digest(76, 'f');
  event.request_digest = event.response_digest = digest;
  event.request_bytes = event.response_bytes = event.captured_bytes = most;
  event.latency = std::chrono::nanoseconds::max() - 1us;
  event.ttft = event.latency;
  event.status_code = std::numeric_limits<int>::max();
  event.outcome = Outcome::upstream_unreachable;
  event.is_routed = true;
  event.route = event.target = text;
  std::string names;
  while (names.size() < max_event_names) names += text.substr(0, 127) + ',';
  const TranslationFacts translation{text, names, false, most};
  event.translation = &translation;
  const AttemptFact attempt{text, std::numeric_limits<int>::max(), "server_error", event.latency};
  const std::vector<AttemptFact> attempts(max_event_attempts + 1, attempt);
  event.attempts = attempts;
  event.is_keyed = true;
  const std::string key_id(100, 'k');
  event.key_id = key_id;
  event.has_cost = true;
  event.cost_nano_usd = std::numeric_limits<std::int64_t>::max();
  event.price_id = "0123456789ab";
  const EstimateFacts estimate{most,
                               most,
                               EstimateMethod::bpe_parts,
                               EstimateQuality::lower_bound,
                               std::numeric_limits<std::uint32_t>::max(),
                               Billing::estimate};
  event.estimate = &estimate;
  event.is_limited = true;
  event.limited_by = event.model;
  const auto line = line_of(event);
  EXPECT_LE(line.size(), max_encoded_event);
  EXPECT_GT(line.size(), max_encoded_event - 1'024);  // else the bound is idle talk
  EXPECT_EQ(json::parse(line).at("total_tokens"), most);
}

TEST(MeteringEvent, IsAcceptedByTheCollectorWhateverItsTexts) {
  std::mt19937 random(3);
  for (int i = 0; i < 5'000; ++i) {
    std::string text(1 + random() % 300, '\0');
    for (char& c : text) c = static_cast<char>(random());
    MeteringEvent event = example();
    event.model = event.request_model = event.endpoint = event.finish_reason =
        event.upstream_request_id = event.service_tier = event.native_finish_reason = text;
    if (random() % 2 == 0) event.tokens = {};
    if (random() % 2 == 0) event.ttft.reset();
    event.latency = std::chrono::nanoseconds(random());
    event.status_code = random() % 2 == 0 ? 0 : 502;
    const auto line = line_of(event);
    const auto checked = validate_event(line);
    ASSERT_TRUE(checked) << checked.error().text << line;
    ASSERT_EQ(checked->event_id, event.event_id);
    ASSERT_EQ(line.find('\n'), line.size() - 1);
  }
}

}  // namespace
}  // namespace llmgw
