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

}  // namespace
}  // namespace llmgw
