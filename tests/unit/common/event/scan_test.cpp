// SPDX-License-Identifier: MIT
// The quick reader against the full one: it must never say yes where that says no, nor be unsure
// without a reason.
#include "common/event/scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "common/event/check.hpp"
#include "common/event/metering_event.hpp"

namespace llmgw {
namespace {

constexpr std::string_view id = "0192f0c1-7a3b-7def-9abc-0123456789ab";

std::string encoded(bool has_usage) {
  MeteringEvent event;
  event.request_id = "req_0192f0c17a3b7def9abc0123456789ab";
  event.tenant = "demo";
  event.provider = "openai";
  event.model = "gpt-4o-mini";
  if (has_usage) event.tokens = {14, 9, 23, 0, 18446744073709551};
  event.latency = std::chrono::microseconds(812'400);
  event.status_code = 200;
  event.ts = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123));
  event.event_id = id;
  event.endpoint = "/v1/chat/completions";
  if (has_usage) event.ttft = std::chrono::milliseconds(200);
  event.finish_reason = has_usage ? "stop" : "";
  std::string line;
  encode(event, line);
  line.pop_back();
  return line;
}

std::string with(std::string text, std::string_view extra) {
  return text.insert(text.size() - 1, extra);
}

const std::string original =
    R"({"request_id":"r","tenant":"t","app_key":null,"provider":"o","model":"","latency_ms":8.0,)"
    R"("status_code":200,"ts":"2026-11-23T08:30:00.123456+02:00"})";

std::string spaced() {
  std::string text;
  bool is_in_string = false;
  for (const char c : original) {
    if (c == '"') is_in_string = !is_in_string;
    if (is_in_string || std::string_view("{:,}").find(c) == std::string_view::npos) {
      text += c;
    } else {
      text.append(" ").append(1, c).append("\t");
    }
  }
  return text.substr(1, text.size() - 2);  // the blank at either end is no part of it
}

std::vector<std::string> corpus() {
  return {
      encoded(true),
      encoded(false),
      original,
      spaced(),
      with(original, R"(,"x":[1,-2.5e+10,{"tenant":{},"y":[[],"",true,false,null]}], "z" :0.1)"),
      with(original, R"(,"event_id":"a.B-9_","schema":"1","tenants":7,"":[ ],"o":{ "p" : 1 })"),
      with(original, ",\"m\":\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\x9f\xbf \x7f\""),
      with(original, R"(,"e":"\" \\ \/ \b \f \n \r \t \u00e9 \ud83d\ude00")"),
      with(original, R"(,"\u0041":"")")};
}

// The forms that event_scan.hpp leaves to the full check.
bool takes_a_parser(std::string_view text) {
  if (text.find_first_of("\\\r\n") != std::string_view::npos) return true;
  if (text.find("-0") != std::string_view::npos) return true;  // 0 by another name
  std::size_t digits = 0;
  std::size_t since_exponent = 3;  // characters behind an e that may be one
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    digits = is_digit ? digits + 1 : 0;
    if (digits >= 20 || (digits >= 3 && since_exponent == 0)) return true;
    if (c == 'e' || c == 'E') since_exponent = 0;
    if (!is_digit && c != '+' && c != '-' && c != 'e' && c != 'E') since_exponent = 3;
  }
  return std::count(text.begin(), text.end(), '[') + std::count(text.begin(), text.end(), '{') > 30;
}

// Counts how often both said yes, so that a test can tell that it has tested something.
void compare(const std::string& text, std::size_t& agreed) {
  const auto quick = scan_event(text);
  const auto full =
      validate_event(std::string_view(text).substr(0, quick ? quick->size : text.size()));
  if (quick) {
    ASSERT_TRUE(full) << text << "\n" << full.error().text;
    ASSERT_EQ(quick->event_id, full->event_id) << text;
    ++agreed;
  } else if (full && text.starts_with('{')) {
    ASSERT_TRUE(takes_a_parser(text)) << text;
  }
}

TEST(EventScan, TakesWhatTheProxyWrites) {
  for (const bool has_usage : {true, false}) {
    const std::string text = encoded(has_usage);
    const std::string lines = text + "\n" + text;
    const auto found = scan_event(lines);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size, text.size());
    EXPECT_EQ(found->event_id, id);
  }
}

TEST(EventScan, IsSureOfPlainEventsInAnyOrder) {
  const auto all = corpus();
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    ASSERT_TRUE(validate_event(all[i])) << all[i];
    EXPECT_TRUE(scan_event(all[i])) << all[i];
  }
  EXPECT_TRUE(validate_event(all.back()));
  EXPECT_FALSE(scan_event(all.back()));  // an escaped key
  // From the last member to the first.
  const std::string reversed =
      R"({"ts":"2026-11-23T08:30:00Z","status_code":0,"latency_ms":0,"model":"m","provider":"p",)"
      R"("tenant":"t","request_id":"r"})";
  EXPECT_TRUE(scan_event(reversed));
}

TEST(EventScan, IsUnsureOfEveryCut) {
  for (const std::string& text : corpus()) {
    for (std::size_t size = 0; size < text.size(); ++size)
      EXPECT_FALSE(scan_event(std::string_view(text).substr(0, size))) << size;
  }
}

TEST(EventScan, AgreesWhereOneByteIsAnother) {
  constexpr std::string_view others("\0\x01 \"\\{}[]:,0e.-n\n\x80\xff", 19);
  std::size_t agreed = 0;
  std::size_t tried = 0;
  for (const std::string& text : corpus()) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      for (const char c : others) {
        std::string changed = text;
        changed[i] = c;
        ASSERT_NO_FATAL_FAILURE(compare(changed, agreed));
        ++tried;
      }
    }
  }
  EXPECT_GT(agreed, tried / 10);
  EXPECT_LT(agreed, tried / 2);
}

TEST(EventScan, AgreesWherePartsAreLeftOutOrRepeated) {
  std::size_t agreed = 0;
  for (const std::string& text : corpus()) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      for (const std::size_t size : {1U, 2U, 5U}) {
        std::string less = text;
        ASSERT_NO_FATAL_FAILURE(compare(less.erase(i, size), agreed));
        std::string more = text;
        ASSERT_NO_FATAL_FAILURE(compare(more.insert(i, text, i, size), agreed));
      }
    }
  }
  EXPECT_GT(agreed, 100U);
}

// Pieces of JSON in places where they may or may not belong.
TEST(EventScan, AgreesOnRandomMixtures) {
  const std::array pieces = {"\"tenant\":",
                             "\"x\":",
                             "null",
                             "true",
                             "0",
                             "1.5",
                             "1e5",
                             "1e400",
                             "-1",
                             "01",
                             "\"\"",
                             "{}",
                             "[]",
                             "[1,2]",
                             "{",
                             "}",
                             "[",
                             "]",
                             ",",
                             ":",
                             "\"a\"",
                             "\"\\n\"",
                             "\"\\u0",
                             "\xc3",
                             "\xed\xa0\x80",
                             "\"schema_version\":1",
                             "\"schema_version\":",
                             "18446744073709551616",
                             "\"ts\":\"2026-13-23T08:30:00Z\""};
  std::minstd_rand random(11);
  const auto all = corpus();
  std::size_t agreed = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string text = all[random() % all.size()];
    for (unsigned changes = random() % 2 + 1; changes > 0; --changes) {
      // Mostly at a border between tokens, where a piece may fit.
      std::size_t at = text.find_first_of(",:{}[]", random() % text.size());
      if (at == std::string::npos || random() % 4 == 0) at = random() % text.size();
      const std::size_t end = std::min(text.find_first_of(",}]", at + 1), text.size());
      const bool replaces = random() % 2 == 0;
      text.replace(at + 1, replaces ? end - at - 1 : 0, pieces[random() % pieces.size()]);
    }
    ASSERT_NO_FATAL_FAILURE(compare(text, agreed));
  }
  EXPECT_GT(agreed, 1'000U);
}

TEST(EventScan, StandsDeepNesting) {
  for (const std::size_t depth : {31U, 32U, 33U, 200'000U}) {
    const std::string deep = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(scan_event(with(original, ",\"x\":" + deep)).has_value(), depth <= 32) << depth;
  }
}

}  // namespace
}  // namespace llmgw
