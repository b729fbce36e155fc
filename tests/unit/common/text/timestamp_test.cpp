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

TEST(Timestamp, IsReadInSeconds) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_timestamp("2025-09-29T00:00:00Z"), 1'759'104'000);
  EXPECT_EQ(parse_timestamp("2025-09-29T02:30:00.999+02:30"), 1'759'104'000);
  EXPECT_EQ(parse_timestamp("2025-09-28T22:59:59-01:00"), 1'759'103'999);
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59Z"), -1);
  for (const char* none : {"", "2025-09-29", "2025-02-29T00:00:00Z", "2025-00-10T00:00:00Z",
                           "2025-01-00T00:00:00Z", "2025-09-29T00:00:00"})
    EXPECT_FALSE(parse_timestamp(none).has_value()) << none;
}

}  // namespace
}  // namespace llmgw
