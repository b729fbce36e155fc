// SPDX-License-Identifier: MIT
// The encoder and the collector's checks held to the one table of fields.
#include "common/event/fields.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "common/event/check.hpp"
#include "common/event/scan.hpp"

namespace llmgw {
namespace {

using namespace std::chrono_literals;
using event_fields::Field;
using event_fields::Kind;
using event_fields::Written;
using json = nlohmann::ordered_json;

const std::string digest = "hmac-sha256:" + std::string(64, 'a');
const std::string long_text(10'000, 'x');

MeteringEvent least() {
  MeteringEvent event;
  event.request_id = "r";
  event.tenant = "!";
  event.provider = "p";
  event.ts = std::chrono::system_clock::time_point(0ms);
  event.event_id = "0192f0c1-0000-7000-8000-000000000000";
  event.endpoint = "/v1";
  return event;
}

MeteringEvent most() {
  MeteringEvent event = least();
  event.app_key = "sha256:3f1c9a0b4d2e";
  event.provider = event.model = event.request_model = event.upstream_request_id = long_text;
  event.request_id = event.tenant = long_text;
  constexpr std::uint64_t count = 18'446'744'073'709'551'615U;
  event.tokens = {count, count, count, count, count, count, count};
  event.latency = event.ttft.emplace(std::chrono::hours(10'000) + 1us);
  event.status_code = 599;
  event.ts = std::chrono::sys_days(std::chrono::year(2261) / 12 / 31) + 23h + 59min + 59s + 999ms;
  event.stream = event.capture_truncated = event.has_digests = true;
  event.outcome = Outcome::upstream_invalid;
  event.usage_source = UsageSource::upstream;
  event.request_bytes = event.response_bytes = event.captured_bytes = count;
  event.finish_reason = "stop";
  event.service_tier = event.native_finish_reason = long_text;
  event.stream_chunks = event.output_bytes = count;
  event.request_digest = event.response_digest = digest;
  event.is_routed = true;
  event.route = event.target = long_text;
  static const TranslationFacts translation{long_text, long_text, true, count};
  event.translation = &translation;
  static const std::vector<AttemptFact> attempts(max_event_attempts,
                                                 {long_text, 599, "server_error", 1h});
  event.attempts = attempts;
  static const EstimateFacts estimate{count,
                                      count,
                                      EstimateMethod::bpe_parts,
                                      EstimateQuality::lower_bound,
                                      4'294'967'295U,
                                      Billing::estimate};
  event.estimate = &estimate;
  event.is_keyed = true;
  event.key_id = "k_web1";
  event.has_cost = event.is_cost_assumed = true;
  event.cost_nano_usd = std::numeric_limits<std::int64_t>::max();
  event.price_id = "0123456789ab";
  event.is_limited = true;
  event.limited_by = long_text;
  return event;
}

MeteringEvent without_digests_of_payloads() {
  MeteringEvent event = most();
  event.request_digest = event.response_digest = {};
  return event;
}

std::string line_of(const MeteringEvent& event) {
  std::string line;
  encode(event, line);
  line.pop_back();
  return line;
}

bool fits_text(const Field& field, const std::string& text) {
  const event_fields::Form& form = field.form;
  if (!form.words.empty())
    return std::find(form.words.begin(), form.words.end(), text) != form.words.end();
  if (text.size() < form.shortest || (form.longest > 0 && text.size() > form.longest)) return false;
  if (form.pattern.empty()) return true;
  return std::regex_match(text, std::regex(form.pattern.begin(), form.pattern.end()));
}

bool fits(const Field& field, const json& value) {
  if (value.is_null()) return is_nullable(field);
  switch (field.kind) {
    case Kind::count:
    case Kind::count_or_null: return value.is_number_unsigned();
    case Kind::number:
    case Kind::number_or_null: return value.is_number() && value >= 0;
    case Kind::boolean: return value.is_boolean();
    case Kind::status: return value == 0 || (value >= 100 && value <= 599);
    case Kind::version: return value == 1;
    case Kind::list: return value.is_array();
    default: return value.is_string() && fits_text(field, value.get<std::string>());
  }
}

TEST(EventFields, AreWhatTheEncoderWritesInThisOrder) {
  for (const MeteringEvent& event : {least(), most(), without_digests_of_payloads()}) {
    std::vector<std::string_view> expected;
    for (const Field& field : event_fields::table) {
      if (field.written != Written::sometimes || event.has_digests) expected.push_back(field.name);
    }
    const json object = json::parse(line_of(event));
    std::vector<std::string_view> found;
    for (const auto& [name, value] : object.items()) found.push_back(name);
    EXPECT_EQ(found, expected);
  }
}

TEST(EventFields, EachValueIsOfItsPublishedForm) {
  for (const MeteringEvent& event : {least(), most(), without_digests_of_payloads()}) {
    const json object = json::parse(line_of(event));
    for (const Field& field : event_fields::table) {
      if (!object.contains(field.name)) continue;
      EXPECT_TRUE(fits(field, object.at(field.name))) << field.name << object.at(field.name);
    }
  }
}

// What may be null is, in one event or another, and what may not never is.
TEST(EventFields, AreNullWhereTheTableSaysSo) {
  MeteringEvent event = without_digests_of_payloads();
  const json full = json::parse(line_of(most()));
  event.tokens = {};
  event.ttft.reset();
  event.finish_reason = event.upstream_request_id = event.app_key = event.model = {};
  event.service_tier = event.native_finish_reason = {};
  event.stream_chunks.reset();
  event.output_bytes.reset();
  event.route = event.target = event.key_id = event.limited_by = {};
  event.translation = nullptr;
  const EstimateFacts no_estimate;
  event.estimate = &no_estimate;
  event.cost_nano_usd.reset();
  const json object = json::parse(line_of(event));
  for (const Field& field : event_fields::table) {
    EXPECT_EQ(object.at(field.name).is_null(), is_nullable(field)) << field.name;
    EXPECT_FALSE(full.at(field.name).is_null()) << field.name;
  }
}

TEST(EventFields, NameEveryWord) {
  for (std::size_t i = 0; i < outcome_count; ++i) {
    MeteringEvent event = least();
    event.outcome = static_cast<Outcome>(i);
    EXPECT_EQ(json::parse(line_of(event)).at("outcome"), outcome_words[i]);
  }
  for (std::size_t i = 0; i < usage_source_words.size(); ++i) {
    const auto source = static_cast<UsageSource>(i);
    MeteringEvent event = least();
    event.usage_source = source;
    EXPECT_EQ(json::parse(line_of(event)).at("usage_source"), name(source));
  }
}

TEST(EventFields, NameEveryWordOfAnEstimate) {
  const auto with = [](const EstimateFacts& facts) {
    MeteringEvent event = least();
    event.estimate = &facts;
    return json::parse(line_of(event));
  };
  for (std::size_t i = 0; i < estimate_method_words.size(); ++i) {
    const auto method = static_cast<EstimateMethod>(i + 1);
    EXPECT_EQ(with({.method = method}).at("estimate_method"), estimate_method_words[i]);
  }
  for (std::size_t i = 0; i < estimate_quality_words.size(); ++i) {
    const EstimateFacts facts{.method = EstimateMethod::bpe,
                              .quality = static_cast<EstimateQuality>(i)};
    EXPECT_EQ(with(facts).at("estimate_quality"), estimate_quality_words[i]);
  }
  for (std::size_t i = 0; i < billing_words.size(); ++i)
    EXPECT_EQ(with({.billing = static_cast<Billing>(i)}).at("billing"), billing_words[i]);
  EXPECT_EQ(with({.error_permille = 53}).at("estimate_error"), 0.053);
  EXPECT_EQ(with({.error_permille = 2'000}).at("estimate_error"), 2);
}

// A line that was kept open ends up as if all had been known at once.
TEST(EventFields, OpenLinesAreClosedAsTheyWouldBeWritten) {
  std::vector<char> scratch(max_encoded_event);
  std::vector<char> out(max_encoded_event);
  const EstimateFacts facts{.prompt = 7,
                            .method = EstimateMethod::learned,
                            .quality = EstimateQuality::rough,
                            .error_permille = 120,
                            .billing = Billing::estimate};
  for (MeteringEvent event : {least(), most(), without_digests_of_payloads()}) {
    event.estimate = nullptr;
    const OpenEventLine line(event, std::span<char, max_encoded_event>(scratch));
    const std::size_t size =
        line.close(UsageSource::partial, facts, std::span<char, max_encoded_event>(out));
    event.usage_source = UsageSource::partial;
    event.estimate = &facts;
    EXPECT_EQ(std::string(out.data(), size), line_of(event) + "\n");
  }
}

// The published form is within what the collector takes, also of its quick reader.
TEST(EventFields, WhatIsWrittenIsTaken) {
  for (const MeteringEvent& event : {least(), most(), without_digests_of_payloads()}) {
    const std::string line = line_of(event);
    EXPECT_TRUE(validate_event(line)) << line;
  }
  EXPECT_TRUE(scan_event(line_of(least())));
}

// What the checks ask for is what the table says that gateways write: no field less, none more.
TEST(EventFields, AreAskedForAsTheTableSays) {
  const json whole = json::parse(line_of(most()));
  json original = whole;
  for (const Field& field : event_fields::table) {
    if (field.written != Written::always) original.erase(std::string(field.name));
  }
  EXPECT_TRUE(validate_event(original.dump()));
  for (const Field& field : event_fields::table) {
    json less = whole;
    less.erase(std::string(field.name));
    const bool is_needed = field.written == Written::always || field.written == Written::since_v1;
    const bool turns_version_off = field.kind == Kind::version;
    const auto checked = validate_event(less.dump());
    EXPECT_EQ(checked.has_value(), !is_needed || turns_version_off) << field.name;
    if (!checked) {
      EXPECT_EQ(checked.error().text, std::string(field.name) + ": is missing");
    }
    if (original.contains(field.name)) {
      json first = original;
      first.erase(std::string(field.name));
      EXPECT_FALSE(validate_event(first.dump())) << field.name;
    }
  }
}

TEST(EventFields, EndpointsAreThoseOfEveryDialect) {
  const Field& endpoint = event_fields::table[event_fields::index_of("endpoint")];
  for (const auto path :
       {"/v1", "/v1/chat/completions", "/v1beta/models/m:generateContent", "/v1alpha/x",
        "/upload/v1beta/files", "/openai/deployments/d/chat/completions", "/openai/v1/responses"}) {
    EXPECT_TRUE(fits_text(endpoint, path)) << path;
  }
  for (const auto path : {"", "/", "/v2", "/v1x", "/upload", "/upload/x", "/openai2", "v1/x"})
    EXPECT_FALSE(fits_text(endpoint, path)) << path;
}

TEST(EventFields, HaveNamesOfTheirOwn) {
  for (std::size_t i = 0; i < event_fields::table.size(); ++i) {
    EXPECT_EQ(event_fields::index_of(event_fields::table[i].name), i);
    EXPECT_FALSE(event_fields::table[i].meaning.empty());
  }
  EXPECT_EQ(event_fields::index_of("prompt"), event_fields::table.size());
  EXPECT_EQ(event_fields::index_of(""), event_fields::table.size());
}

}  // namespace
}  // namespace llmgw
