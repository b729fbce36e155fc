// SPDX-License-Identifier: MIT
// Durations, sizes and integers: every unit, every refusal, and that what is written is read back.
#include "common/text/quantity.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace llmgw {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsWhatGoReads) {
  const std::pair<std::string_view, std::chrono::nanoseconds> cases[] = {
      {"0", 0ns},
      {"0s", 0ns},
      {"500ms", 500ms},
      {"2s", 2s},
      {"1m30s", 90s},
      {"1.5h", 90min},
      {".5s", 500ms},
      {"90d", 2'160h},
      {"1d12h", 36h},
      {"1.s", 1s},
      {"0.1s", 100ms},
      {"0.3ms", 300us},
      {"0.0000000019s", 1ns},
      {"1.123456789s", 1'123'456'789ns},
      {"0.333333333333333333333h", 1'199'999'999'998ns},
      {"7us", 7us},
      {"7\u00b5s", 7us},
      {"7\u03bcs", 7us},
      {"9ns", 9ns},
      {"1h2m3s4ms5us6ns", 1h + 2min + 3s + 4ms + 5us + 6ns},
      {"1s1s", 2s},
      {"9223372036854775807ns", std::chrono::nanoseconds::max()},
      {"2540400h", 2'540'400h},
  };
  for (const auto& [text, duration] : cases) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    // Twelve digits after the point are looked at; what is cut is no more than their number.
    EXPECT_LE(std::chrono::abs(*parsed - duration), text.size() > 20 && text[0] == '0' ? 12ns : 0ns)
        << text;
  }
}

TEST(Duration, RefusesTheRest) {
  for (const std::string_view text : {"",
                                      "2",
                                      "00",
                                      "1.5",
                                      "s",
                                      ".s",
                                      ".",
                                      "-2s",
                                      "+2s",
                                      "2 s",
                                      " 2s",
                                      "2s ",
                                      "2S",
                                      "2sec",
                                      "2D",
                                      "2s3",
                                      "1..5s",
                                      "1.5.s",
                                      "1e3s",
                                      "0x1s",
                                      "9223372036854775808ns",
                                      "9223372036854775807ns1ns",
                                      "2562048h",
                                      "99999999999999999999h",
                                      "18446744073709551615ns",
                                      "18446744073709.6ms5s",
                                      "18446744073.8s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, IsWrittenAsItIsRead) {
  const std::pair<std::chrono::nanoseconds, std::string_view> cases[] = {
      {0s, "0s"},       {2s, "2s"},           {90s, "1m30s"}, {120s, "2m"},
      {500ms, "500ms"}, {1500us, "1ms500us"}, {24h, "24h"},   {1h + 1ns, "1h1ns"},
  };
  for (const auto& [duration, text] : cases) {
    EXPECT_EQ(format_duration(duration), text);
    EXPECT_EQ(parse_duration(text), duration);
  }
  EXPECT_EQ(parse_duration(format_duration(std::chrono::nanoseconds::max())),
            std::chrono::nanoseconds::max());
}

TEST(Size, ReadsEveryUnit) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {
      {"0", 0},
      {"1", 1},
      {"65536", 65'536},
      {"12B", 12},
      {"256KB", 262'144},
      {"256KiB", 262'144},
      {"64MB", 67'108'864},
      {"64MiB", 67'108'864},
      {"1GB", 1'073'741'824},
      {"1GiB", 1'073'741'824},
      {"18446744073709551615", UINT64_MAX},
      {"17179869183GB", 17'179'869'183ULL << 30},
  };
  for (const auto& [text, size] : cases) {
    EXPECT_EQ(parse_size(text), size) << text;
    EXPECT_EQ(parse_size(format_size(size)), size) << text;
  }
}

TEST(Size, RefusesTheRest) {
  for (const std::string_view text :
       {"", "KB", "-1", "+1", "1.5MB", "1 KB", " 1", "1 ", "1kb", "1K", "1M", "1TB", "0x10", "1e6",
        "1KBB", "18446744073709551616", "17179869184GB", "18014398509481984KB",
        "99999999999999999999B"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Size, IsWrittenWithTheLargestUnit) {
  EXPECT_EQ(format_size(0), "0");
  EXPECT_EQ(format_size(1'000), "1000");
  EXPECT_EQ(format_size(262'144), "256KB");
  EXPECT_EQ(format_size(64 << 20), "64MB");
  EXPECT_EQ(format_size(1ULL << 40), "1024GB");
}

TEST(Integer, IsDigitsAlone) {
  EXPECT_EQ(parse_integer("0"), 0U);
  EXPECT_EQ(parse_integer("18446744073709551615"), UINT64_MAX);
  for (const std::string_view text :
       {"", "-1", "+1", " 1", "1 ", "1.0", "abc", "0x1", "18446744073709551616"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
}

TEST(Decimal, IsExact) {
  for (const auto& [text, places, value] :
       std::vector<std::tuple<std::string_view, int, std::uint64_t>>{
           {"0", 6, 0},
           {"25", 0, 25},
           {"25.00", 2, 2'500},
           {"0.075", 6, 75'000},
           {"0.000001", 6, 1},
           {"007.5", 1, 75},
           {"18446744073709.551615", 6, UINT64_MAX}})
    EXPECT_EQ(parse_decimal(text, places), value) << text;
  for (const std::string_view text :
       {"", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "1 ", "1.2.3", "0.0000001",
        "18446744073709.551616", "18446744073710"})
    EXPECT_FALSE(parse_decimal(text, 6)) << text;
}

TEST(Decimal, IsWrittenShort) {
  EXPECT_EQ(format_decimal(0, 6), "0");
  EXPECT_EQ(format_decimal(1, 6), "0.000001");
  EXPECT_EQ(format_decimal(2'500'000, 6), "2.5");
  EXPECT_EQ(format_decimal(100, 0), "100");
  EXPECT_EQ(format_decimal(12'000'000, 6), "12");
  EXPECT_EQ(format_decimal(UINT64_MAX, 6), "18446744073709.551615");
}

}  // namespace
}  // namespace llmgw
