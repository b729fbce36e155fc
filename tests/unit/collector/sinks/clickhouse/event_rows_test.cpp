// SPDX-License-Identifier: MIT
// Rows byte by byte, and ranges of places.
#include "collector/sinks/clickhouse/event_rows.hpp"

#include <gtest/gtest.h>

#include "collector/clickhouse/row_binary.hpp"
#include "collector/sinks/clickhouse/place_range.hpp"

namespace llmgw::collector {
namespace {

TEST(RowBinary, WritesValues) {
  std::string out;
  RowBinary row(out);
  row.integer(std::uint8_t{5});
  row.integer(std::int16_t{-2});
  row.integer(std::int64_t{0x0102});
  EXPECT_EQ(out, std::string("\x05\xfe\xff\x02\x01\0\0\0\0\0\0", 11));
  out.clear();
  row.text("ab");
  row.text(std::string(300, 'x'));
  EXPECT_EQ(out,
            "\x02"
            "ab\xac\x02" +
                std::string(300, 'x'));
  out.clear();
  row.null(true);
  row.null(false);
  row.uuid("\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18");
  EXPECT_EQ(out, std::string("\1\0", 2) +
                     "\x08\x07\x06\x05\x04\x03\x02\x01\x18\x17\x16\x15\x14\x13\x12\x11");
}

// Two lengths of texts and a null byte are all that can be at odds with the list of columns, which
// the tests with a server hold; here that a row is as long as its columns are.
TEST(EventRows, HaveAllColumns) {
  RowReader reader;
  EventRow row;
  ASSERT_TRUE(
      reader.read(R"({"request_id":"r","tenant":"t","ts":"2026-11-23T08:30:00.123Z"})", row));
  EventRows rows;
  rows.add(row, place_of({}, {}, row.number(Column::ts), "line"), 7);
  std::size_t expected = 1 + 2 + 1 + 1 + 1 + 8;  // flags, buckets, id, rest, stored
  expected += 8;                                 // hour
  for (const StoredField& each : stored_fields) {
    if (is_flag(each.shape)) continue;
    const bool is_text = each.shape == Shape::word || each.shape == Shape::text;
    const bool is_there = each.is_never_null || each.shape == Shape::id;
    expected += each.shape == Shape::id ? 16U : !is_there ? 1U : is_text ? 1U : 8U;
  }
  expected += 2;  // "r" and "t"
  EXPECT_EQ(rows.rows().size(), expected);
  rows.clear();
  EXPECT_TRUE(rows.rows().empty());
}

TEST(PlaceRange, IsAnHourWiderOnBothSides) {
  const PlaceRange range = places_of_hours(498'728, 498'729);
  EXPECT_EQ(range.first, place_text(first_place(498'727 * 3'600'000LL).view()));
  EXPECT_EQ(range.last, place_text(first_place(498'730 * 3'600'000LL).view()));
  EXPECT_LT(range.first, range.last);
  const PlaceRange before = places_of_hours(-5, -4);
  EXPECT_EQ(before.first, "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(before.last, "00000000-0001-0000-0000-000000000000");
}

TEST(PlaceText, IsReadBack) {
  const std::string text = "0192f0c1-7a3b-7def-9abc-0123456789ab";
  EXPECT_EQ(place_text(place_bytes(text)), text);
  EXPECT_EQ(place_bytes(text).size(), 16U);
}

}  // namespace
}  // namespace llmgw::collector
