// SPDX-License-Identifier: MIT
// Every form of a body, and how the first bad event is named.
#include "collector/ingest_decode.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/collector/events.hpp"

namespace llmgw::collector {
namespace {

std::string text_of(std::string_view body) {
  const auto batch = decode_events(std::string(body));
  return batch ? batch->text : "fault: " + batch.error().text;
}

std::string fault_of(std::string_view body) {
  const auto batch = decode_events(std::string(body));
  return batch ? "" : batch.error().text;
}

TEST(DecodeEvents, TakesOneObject) {
  const auto batch = decode_events(event("a"));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->text, line("a"));
  ASSERT_EQ(batch->lines.size(), 1U);
  EXPECT_EQ(batch->lines[0].end, batch->text.size());
  EXPECT_EQ(batch->lines[0].key, event_key("a"));
}

TEST(DecodeEvents, TakesLines) {
  EXPECT_EQ(text_of(line("a") + line("b")), line("a") + line("b"));
  EXPECT_EQ(text_of(line("a") + event("b")), line("a") + line("b"));
  EXPECT_EQ(text_of("\n\r\n " + event("a") + " \r\n\r\n\t" + event("b") + "\r\n"),
            line("a") + line("b"));
}

TEST(DecodeEvents, TakesAnArray) {
  EXPECT_EQ(text_of("[" + event("a") + "," + event("b") + "]"), line("a") + line("b"));
  EXPECT_EQ(text_of(" [ \n" + event("a") + " ,\r\n" + event("b") + "\n]\n"), line("a") + line("b"));
  EXPECT_EQ(text_of("[]"), "");
  EXPECT_EQ(text_of("[\n]\n"), "");
}

TEST(DecodeEvents, PutsAnEventOnOneLineAndLeavesItsTokens) {
  // 812.400 would be 812.4 if it were written anew; the string keeps its blanks and brackets.
  const std::string pretty =
      "{\n  \"request_id\": \"req 1, \\\" }]\",\r\n  \"tenant\" : \"demo\",\n"
      "\"provider\":\"openai\", \"model\":\"m\",\n \"latency_ms\": 812.400, \"big\": [1e400000 ,\n "
      "2],"
      "\"status_code\":200, \"ts\":\"2026-11-23T08:30:00.123Z\"\n}\n";
  std::string clean = pretty;
  clean.replace(clean.find("1e400000"), 8, "1.50E+3 ");
  clean.replace(clean.find("req 1, \\\" }]"), 12, "req_1");
  const std::string one_line =
      R"({"request_id":"req_1","tenant":"demo","provider":"openai","model":"m","latency_ms":812.400,)"
      R"("big":[1.50E+3,2],"status_code":200,"ts":"2026-11-23T08:30:00.123Z"})"
      "\n";
  EXPECT_EQ(text_of(clean), one_line);
  EXPECT_EQ(text_of("[" + clean + "]"), one_line);
}

TEST(DecodeEvents, IsNotFooledByBracketsInStrings) {
  std::string odd = event("a");
  odd.insert(1, R"("x":"]},{[\"\\",)");
  EXPECT_EQ(text_of("[" + odd + "," + event("b") + "]"), odd + "\n" + line("b"));
  EXPECT_EQ(text_of(odd + "\n" + event("b")), odd + "\n" + line("b"));
}

TEST(DecodeEvents, NamesTheFirstBadEventAndItsField) {
  std::string bad = event("b");
  bad.replace(bad.find("812.400"), 7, "-1");
  const std::string reason = "latency_ms: must be a number from 0";
  EXPECT_EQ(fault_of(bad), "line 1: " + reason);
  EXPECT_EQ(fault_of("{\n" + bad.substr(1)), "event 1: " + reason);
  EXPECT_EQ(fault_of(line("a") + "\n" + bad + "\n{"), "line 3: " + reason);
  EXPECT_EQ(fault_of("[" + event("a") + "," + bad + ",7]"), "element 2: " + reason);
}

TEST(DecodeEvents, RefusesWhatIsNoListOfObjects) {
  const std::string e = event("a");
  EXPECT_EQ(fault_of(""), "the body is empty");
  EXPECT_EQ(fault_of(" \r\n"), "the body is empty");
  EXPECT_EQ(fault_of("7"), "line 1: not a JSON object");
  EXPECT_EQ(fault_of(e + "\n[" + e + "]"), "line 2: not a JSON object");
  EXPECT_EQ(fault_of(e + "\n\xef\xbb\xbf" + e), "line 2: not a JSON object");
  EXPECT_EQ(fault_of("[7]"), "element 1: not a JSON object");
  EXPECT_EQ(fault_of("[[" + e + "]]"), "element 1: not a JSON object");
  EXPECT_EQ(fault_of("[" + e + ",]"), "element 2: not a JSON object");
  EXPECT_EQ(fault_of("[," + e + "]"), "element 1: not a JSON object");
  EXPECT_EQ(fault_of("[" + e), "element 1: the array ends behind it without a ]");
  EXPECT_EQ(fault_of("[" + e + ","), "element 2: the array ends within it");
  EXPECT_EQ(fault_of("["), "element 1: the array ends within it");
  EXPECT_EQ(fault_of("[" + e + " " + e + "]"), "element 1: is followed by neither , nor ]");
  EXPECT_EQ(fault_of("[" + e + "]" + e), "there is more behind the array");
  EXPECT_EQ(fault_of(e + e).find("line 1: not valid JSON"), 0U);
  EXPECT_EQ(fault_of("[" + e.substr(0, e.size() - 1) + "]]").find("element 1: not valid JSON"), 0U);
}

TEST(DecodeEvents, TakesNoPartOfABodyCutAnywhere) {
  const std::string array = "[" + event("a") + ",\n" + event("b") + "]";
  for (std::size_t size = 0; size < array.size(); ++size)
    EXPECT_FALSE(decode_events(array.substr(0, size))) << size;
  const std::string object = "{\n" + event("a").substr(1);
  for (std::size_t size = 0; size < object.size(); ++size)
    EXPECT_FALSE(decode_events(object.substr(0, size))) << size;
}

// A body that is stored as it came is not copied.
TEST(DecodeEvents, TakesOverABodyOfPlainLines) {
  std::string body = line("a") + line("b");
  const char* const bytes = body.data();
  const auto batch = decode_events(std::move(body));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->text.data(), bytes);
  EXPECT_EQ(batch->text, line("a") + line("b"));
  ASSERT_EQ(batch->lines.size(), 2U);
  EXPECT_EQ(batch->lines[0].end, line("a").size());
}

TEST(DecodeEvents, CopiesOnFromTheFirstLineThatIsNotPlain) {
  const std::string odd[] = {" " + event("b") + "\n", event("b") + "\t\r\n", "\n" + line("b"),
                             R"({"\u0078":1,)" + line("b").substr(1)};
  for (const std::string& each : odd) {
    const std::string text = text_of(line("a") + each + line("c") + event("d"));
    std::string middle = each;
    if (!middle.starts_with(R"({"\u)")) middle = line("b");
    EXPECT_EQ(text, line("a") + middle + line("c") + line("d")) << each;
  }
}

TEST(DecodeEvents, CountsLinesBeforeAFault) {
  const std::string odd = R"({"\u0078":1,)" + line("b").substr(1);  // takes the full check
  EXPECT_EQ(fault_of(line("a") + "\n" + odd + odd + "\n{}"), "line 6: request_id: is missing");
}

TEST(DecodeEvents, SurvivesDeepNesting) {
  EXPECT_FALSE(decode_events(std::string(1'000'000, '[')));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_FALSE(decode_events(deep));
}

TEST(EventKeys, DifferWhereIdsDo) {
  EXPECT_EQ(event_key("a"), event_key("a"));
  EXPECT_NE(event_key("a"), event_key("b"));
  EXPECT_NE(event_key("ab"), event_key("ba"));
  const std::string uuid = "0192f0c1-7a3b-7def-9abc-0123456789ab";
  EXPECT_EQ(event_key(uuid), (EventKey{0x0192f0c17a3b7def, 0x9abc0123456789ab}));
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    for (const char c : {'A', 'g', 'z', '/', ':', '`', '-', '\xe1', '@', 'P', '\0', '5'}) {
      std::string other = uuid;
      other[i] = c;
      EXPECT_EQ(event_key(other) == event_key(uuid), other == uuid) << other;
    }
  }
  EXPECT_FALSE(event_key("00000000-0000-0000-0000-000000000000").is_none());
  EXPECT_TRUE(event_key("").is_none());
  // Known answer of FNV-1a 128.
  EXPECT_EQ(event_key("a"), (EventKey{0xd228cb696f1a8caf, 0x78912b704e4a8964}));
}

}  // namespace
}  // namespace llmgw::collector
