// SPDX-License-Identifier: MIT
// RFC 3339 stamps against known instants and against gmtime.
#include "common/text/timestamp.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <random>
#include <string>

namespace llmgw {
namespace {

using namespace std::chrono_literals;

std::string stamp(std::chrono::nanoseconds since_epoch) {
  std::array<char, timestamp_size> text;
  const auto time = std::chrono::time_point_cast<std::chrono::system_clock::duration>(
      std::chrono::sys_time<std::chrono::nanoseconds>(since_epoch));
  char* end = write_timestamp(time, text.data());
  return std::string(text.data(), end);
}

TEST(Timestamp, OfKnownInstants) {
  EXPECT_EQ(stamp(0s), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(stamp(1'795'422'600'123ms), "2026-11-23T08:30:00.123Z");
  EXPECT_EQ(stamp(1'709'251'199'999ms), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(stamp(999'999ns), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(stamp(-1ns), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(stamp(7'258'118'400s), "2200-01-01T00:00:00.000Z");
}

TEST(Timestamp, AgreesWithGmtime) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 10'000; ++i) {
    const auto seconds = static_cast<std::time_t>(random() % 8'000'000'000);
    std::tm calendar{};
    gmtime_r(&seconds, &calendar);
    std::array<char, 32> expected;
    const auto size =
        std::strftime(expected.data(), expected.size(), "%Y-%m-%dT%H:%M:%S.000Z", &calendar);
    ASSERT_EQ(stamp(std::chrono::seconds(seconds)), std::string(expected.data(), size));
  }
}

TEST(Timestamp, IsToldFromOtherText) {
  for (const auto* text : {"2026-11-23T08:30:00Z", "2026-11-23T08:30:00.1Z", "0000-00-00T00:00:00Z",
                           "2026-12-31T23:59:60.123456789+14:00", "2026-11-23T08:30:00-00:00"})
    EXPECT_TRUE(is_timestamp(text)) << text;
  for (const auto* text :
       {"", "2026", "2026-11-23", "2026-11-23T08:30:00", "2026-11-23 08:30:00Z",
        "2026-11-23T08:30:00.Z", "2026-11-23T08:30:00,1Z", "2026-11-23T08:30:00z",
        "2026-13-23T08:30:00Z", "2026-11-32T08:30:00Z", "2026-11-23T24:30:00Z",
        "2026-11-23T08:60:00Z", "2026-11-23T08:30:61Z", "2026-11-23T08:30:00+1:00",
        "2026-11-23T08:30:00+0100", "2026-11-23T08:30:00Z ", "x026-11-23T08:30:00Z"})
    EXPECT_FALSE(is_timestamp(text)) << text;
  const std::string whole = "2026-11-23T08:30:00.123+02:00";
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(is_timestamp(whole.substr(0, size))) << size;
}

TEST(Timestamp, IsRead) {
  const std::pair<std::string_view, std::chrono::milliseconds> known[] = {
      {"1970-01-01T00:00:00Z", 0ms},
      {"2026-11-23T08:30:00.123Z", 1'795'422'600'123ms},
      {"2026-11-23T08:30:00.1Z", 1'795'422'600'100ms},
      {"2026-11-23T08:30:00.1239999Z", 1'795'422'600'123ms},
      {"2026-11-23T10:30:00.123+02:00", 1'795'422'600'123ms},
      {"2026-11-23T07:00:00-01:30", 1'795'422'600'000ms},
      {"2024-02-29T23:59:60Z", 1'709'251'199'000ms},
  };
  for (const auto& [text, since_epoch] : known) {
    const auto read = parse_timestamp(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->time_since_epoch(), since_epoch) << text;
  }
  for (const std::string_view text : {"", "2026-11-23", "2026-02-30T00:00:00Z",
                                      "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "1795422600"})
    EXPECT_FALSE(parse_timestamp(text)) << text;
}

TEST(Timestamp, IsReadAsWritten) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 10'000; ++i) {
    const std::chrono::milliseconds instant(random() % 8'000'000'000'000);
    const auto read = parse_timestamp(stamp(instant));
    ASSERT_TRUE(read && read->time_since_epoch() == instant) << instant.count();
  }
}

}  // namespace
}  // namespace llmgw
