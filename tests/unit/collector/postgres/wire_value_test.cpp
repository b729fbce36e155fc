// SPDX-License-Identifier: MIT
// Values in the binary formats, and texts that a server would refuse.
#include "collector/postgres/wire_value.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "collector/postgres/sql_values.hpp"

namespace llmgw::collector {
namespace {

using std::string_view_literals::operator""sv;

TEST(WireValue, IntegersComeBack) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'795'422'600'123},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    std::string bytes;
    append_integer<8>(value, bytes);
    EXPECT_EQ(read_integer(bytes), value);
  }
  std::string small;
  append_integer<4>(-2, small);
  EXPECT_EQ(small, "\xff\xff\xff\xfe");
  EXPECT_EQ(read_integer(small), -2);
  EXPECT_EQ(read_integer(""), 0);
}

TEST(WireValue, TimesCountFrom2000) {
  EXPECT_EQ(timestamp_of(946'684'800'000), 0);
  EXPECT_EQ(timestamp_of(0), -946'684'800'000'000);
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{946'684'799'999},
                                  std::int64_t{1'795'422'600'123}})
    EXPECT_EQ(milliseconds_of(timestamp_of(time)), time);
  EXPECT_EQ(milliseconds_of(-1), 946'684'799'999);  // what is finer goes down, as everywhere
}

TEST(WireValue, TextsAreUtf8WithoutNul) {
  EXPECT_TRUE(is_storable(""));
  EXPECT_TRUE(is_storable("plain, and longer than eight bytes"));
  EXPECT_TRUE(is_storable("12345678\xc3\xa4\xf0\x9f\x98\x80"));
  for (const std::string_view bad : {"a\0b"sv, "12345678\0"sv, "\xff"sv, "12345678\xc3"sv,
                                     "\xed\xa0\x80"sv, "\xc0\x80"sv, "\xf5\x80\x80\x80"sv}) {
    EXPECT_FALSE(is_storable(bad));
    EXPECT_TRUE(is_storable(storable(bad)));
  }
  EXPECT_EQ(storable("a\0\xff\xc3\xa4"sv), "a\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4");
}

TEST(WireValue, WhateverComesBecomesStorable) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (std::uint64_t i = random() % 24; i > 0; --i)
      text += static_cast<char>(random() % 3 == 0 ? random() : 'a');
    const std::string kept = storable(text);
    EXPECT_TRUE(is_storable(kept));
    EXPECT_EQ(kept == text, is_storable(text));
  }
}

TEST(SqlValues, ArraysHaveOneDimension) {
  SqlValues values;
  const std::int64_t numbers[] = {1, -1};
  const std::string texts[] = {"a", ""};
  const std::string places[] = {"0123456789abcdef"};
  values.add_array(numbers).add_array(texts).add(7).add_time(946'684'800'001).add_uuids(places);
  EXPECT_EQ(values.types(), (std::vector<unsigned>{1016, 1009, 20, 1184, 2951}));
  EXPECT_EQ(values.value(0),
            "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\2\0\0\0\1\0\0\0\x8\0\0\0\0\0\0\0\1\0\0\0\x8"
            "\xff\xff\xff\xff\xff\xff\xff\xff"sv);
  EXPECT_EQ(values.value(1), "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1\0\0\0\1a\0\0\0\0"sv);
  EXPECT_EQ(values.value(3), "\0\0\0\0\0\0\x3\xe8"sv);
  EXPECT_EQ(values.value(4),
            "\0\0\0\1\0\0\0\0\0\0\xb\x86\0\0\0\1\0\0\0\1\0\0\0\x10"
            "0123456789abcdef"sv);
}

TEST(CopyRows, HasHeadFieldsAndEnd) {
  CopyRows rows;
  rows.begin_row(3);
  rows.null();
  const std::size_t place = rows.next_int4();
  rows.int4(0);
  rows.bytes("ab");
  rows.set_int4(place, 0x01020304);
  rows.end();
  EXPECT_EQ(
      rows.text(),
      "PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\3\xff\xff\xff\xff\0\0\0\4\1\2\3\4\0\0\0\2ab\xff\xff"sv);
  rows.clear();
  EXPECT_EQ(rows.text().size(), 19U);
}

}  // namespace
}  // namespace llmgw::collector
