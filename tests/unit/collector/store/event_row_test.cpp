// SPDX-License-Identifier: MIT
// Every shape of a value, and that nothing that was sent is lost.
#include "collector/store/event_row.hpp"

#include <gtest/gtest.h>

#include "common/event/check.hpp"

namespace llmgw::collector {
namespace {

const std::string whole =
    R"({"request_id":"req_1","tenant":"demo","app_key":"sha256:3f1c9a0b4d2e","provider":"openai",)"
    R"("model":"gpt-4o","prompt_tokens":14,"completion_tokens":9,"total_tokens":23,)"
    R"("latency_ms":812.4,"status_code":200,"ts":"2026-11-23T08:30:00.123Z","schema_version":1,)"
    R"("event_id":"0192f0c1-7a3b-7def-9abc-0123456789ab","request_model":"gpt-4o-mini",)"
    R"("endpoint":"/v1/chat/completions","stream":true,"outcome":"completed",)"
    R"("usage_source":"upstream","cached_tokens":0,"reasoning_tokens":null,"ttft_ms":211.75,)"
    R"("upstream_request_id":"req_abc","request_bytes":412,"response_bytes":9310,)"
    R"("captured_bytes":9310,"capture_truncated":false,"finish_reason":"stop","stream_chunks":7,)"
    R"("output_bytes":70,"cache_write_tokens":null,"service_tier":"default",)"
    R"("native_finish_reason":null,"request_digest":null,"route":"r","target":"t",)"
    R"("attempts":[{"target":"t"}],"cost_nano_usd":1500,"price_id":"0123456789ab"})";

const std::string least =
    R"({"request_id":"req_1","tenant":"demo","provider":"openai","model":"m","latency_ms":1,)"
    R"("status_code":0,"ts":"2026-11-23T08:30:00.123Z")";

EventRow read(std::string_view line, RowReader& reader) {
  EventRow row;
  EXPECT_TRUE(validate_event(line)) << line;
  EXPECT_TRUE(reader.read(line, row)) << line;
  return row;
}

TEST(EventRow, HasAColumnForEachFieldOfAnEvent) {
  RowReader reader;
  const EventRow row = read(whole, reader);
  EXPECT_EQ(row[Column::request_id].text, "req_1");
  EXPECT_EQ(row[Column::tenant].text, "demo");
  EXPECT_EQ(row[Column::app_key].text, "sha256:3f1c9a0b4d2e");
  EXPECT_EQ(row[Column::model].text, "gpt-4o");
  EXPECT_EQ(row.number(Column::prompt_tokens), 14);
  EXPECT_EQ(row.number(Column::total_tokens), 23);
  EXPECT_EQ(row.number(Column::latency), 812'400);
  EXPECT_EQ(row.number(Column::ttft), 211'750);
  EXPECT_EQ(row.number(Column::ts), 1'795'422'600'123);
  EXPECT_EQ(row.number(Column::status_code), 200);
  EXPECT_EQ(row.number(Column::schema_version), 1);
  EXPECT_EQ(row.number(Column::stream), 1);
  EXPECT_EQ(row.number(Column::capture_truncated), 0);
  EXPECT_EQ(row[Column::event_id].text, "0192f0c1-7a3b-7def-9abc-0123456789ab");
  EXPECT_TRUE(row[Column::cached_tokens].is_there);
  EXPECT_FALSE(row[Column::reasoning_tokens].is_there);
  EXPECT_FALSE(row[Column::cache_write_tokens].is_there);
  EXPECT_EQ(row[Column::service_tier].text, "default");
  EXPECT_EQ(row.number(Column::cost_nano_usd), 1'500);
  EXPECT_EQ(row[Column::price_id].text, "0123456789ab");
  EXPECT_EQ(row.rest, R"("request_digest":null,"attempts":[{"target":"t"}])");
}

TEST(EventRow, TakesAbsentFieldsOfOldGatewaysAsEmpty) {
  RowReader reader;
  const EventRow row = read(least + "}", reader);
  EXPECT_TRUE(row[Column::app_key].is_there);
  EXPECT_EQ(row[Column::app_key].text, "");
  EXPECT_TRUE(row[Column::request_bytes].is_there);
  EXPECT_FALSE(row[Column::prompt_tokens].is_there);
  EXPECT_FALSE(row[Column::ttft].is_there);
  EXPECT_FALSE(row[Column::finish_reason].is_there);
  EXPECT_EQ(row[Column::event_id].text, "");
  EXPECT_EQ(row.rest, "");
}

TEST(EventRow, KeepsWhatAColumnCannotHold) {
  struct Case {
    std::string member;
    Column column;
    std::int64_t number;
    bool is_whole;
  };
  const Case cases[] = {
      {R"("ttft_ms":0)", Column::ttft, 0, true},
      {R"("ttft_ms":0.001)", Column::ttft, 1, true},
      {R"("ttft_ms":12.3000)", Column::ttft, 12'300, true},
      {R"("ttft_ms":0.0004)", Column::ttft, 0, false},
      {R"("ttft_ms":0.0006)", Column::ttft, 1, false},
      {R"("ttft_ms":1e3)", Column::ttft, 1'000'000, false},
      {R"("ttft_ms":1.5E-1)", Column::ttft, 150, false},
      {R"("ttft_ms":1e300)", Column::ttft, most_count, false},
      {R"("ttft_ms":1234567890123)", Column::ttft, 1'234'567'890'123'000, false},
      {R"("prompt_tokens":9007199254740992)", Column::prompt_tokens, most_count, true},
      {R"("prompt_tokens":9007199254740993)", Column::prompt_tokens, 0, false},
      {R"("prompt_tokens":18446744073709551615)", Column::prompt_tokens, 0, false},
  };
  for (const auto& [member, column, number, is_whole] : cases) {
    RowReader reader;
    const std::string line = least + "," + member + "}";
    const EventRow row = read(line, reader);
    EXPECT_EQ(row.number(column), number) << member;
    EXPECT_EQ(row.rest, is_whole ? "" : member);
  }
}

TEST(EventRow, ReadsTimesOfAnyForm) {
  struct Case {
    std::string text;
    std::int64_t milliseconds;
    bool is_whole;
  };
  const Case cases[] = {
      {"2026-11-23T08:30:00.123Z", 1'795'422'600'123, true},
      {"2026-11-23T10:30:00.123+02:00", 1'795'422'600'123, false},
      {"2026-11-23T08:30:00.123456Z", 1'795'422'600'123, false},
      {"2026-11-23T08:30:00Z", 1'795'422'600'000, false},
      {"1969-12-31T23:59:59.999Z", -1, true},
      {"2026-02-31T00:00:00.000Z", 0, false},  // no day of any calendar
  };
  for (const auto& [text, milliseconds, is_whole] : cases) {
    RowReader reader;
    const std::string line =
        R"({"request_id":"r","tenant":"t","provider":"p","model":"m","latency_ms":1,)"
        R"("status_code":0,"ts":")" +
        text + "\"}";
    const EventRow row = read(line, reader);
    EXPECT_EQ(row.number(Column::ts), milliseconds) << text;
    EXPECT_EQ(row.rest.empty(), is_whole) << text;
  }
}

TEST(EventRow, ReadsEscapesInNamesAndTexts) {
  RowReader reader;
  const std::string line =
      R"({ "request_id" : "r" ,"ten\u0061nt":"a\u0000b\"\u00e4\ud83d\ude00","provider":"p",)"
      R"("mod\u0065l":"x\/y","latency_ms":1,"status_code":0,"ts":"2026-11-23T08:30:00.123Z",)"
      R"("n\u00f6":{"a":"\u0041"}})";
  const EventRow row = read(line, reader);
  EXPECT_EQ(row[Column::tenant].text, std::string_view("a\0b\"\u00e4\U0001f600", 10));
  EXPECT_EQ(row[Column::model].text, "x/y");
  EXPECT_EQ(row.rest, R"("n\u00f6":{"a":"\u0041"})");
}

TEST(EventRow, BoundsWordsAndKeepsThemWhole) {
  RowReader reader;
  const std::string name = std::string(longest_word - 1, 'a') + "\u00e4\u00e4";
  const std::string line =
      R"({"request_id":"r","tenant":")" + name +
      R"(","provider":"p","model":"m","latency_ms":1,"status_code":0,"ts":"2026-11-23T08:30:00.123Z"})";
  const EventRow row = read(line, reader);
  EXPECT_EQ(row[Column::tenant].text, std::string(longest_word - 1, 'a'));
  EXPECT_EQ(row.rest, "\"tenant\":\"" + name + "\"");
}

TEST(EventRow, ReadsOneAfterTheOther) {
  RowReader reader;
  EventRow row;
  ASSERT_TRUE(reader.read(whole + "\n", row));
  ASSERT_TRUE(reader.read(least + "}", row));
  EXPECT_FALSE(row[Column::prompt_tokens].is_there);
  EXPECT_EQ(row[Column::service_tier].is_there, false);
  EXPECT_EQ(row.rest, "");
}

TEST(EventRow, PacksItsFlags) {
  for (const bool is_stream : {false, true})
    for (const std::string cost : {"", R"(,"cost_assumed":false)", R"(,"cost_assumed":true)"}) {
      RowReader reader;
      const EventRow row = read(
          least + (is_stream ? R"(,"stream":true)" : R"(,"stream":false)") + cost + "}", reader);
      EXPECT_EQ(row.rest, "");
      Flags flags(flags_of(row));
      EXPECT_EQ(flags.next(Shape::flag), false);  // no version is told
      EXPECT_EQ(flags.next(Shape::flag), is_stream);
      EXPECT_EQ(flags.next(Shape::flag), false);
      const auto is_assumed = flags.next(Shape::known_flag);
      EXPECT_EQ(is_assumed.has_value(), !cost.empty());
      EXPECT_EQ(is_assumed.value_or(false), cost.ends_with("true"));
    }
}

TEST(EventRow, IsNoneWhereTheTextIsCut) {
  for (std::size_t size = 0; size < whole.size(); ++size) {
    RowReader reader;
    EventRow row;
    EXPECT_FALSE(reader.read(std::string_view(whole).substr(0, size), row)) << size;
  }
}

}  // namespace
}  // namespace llmgw::collector
