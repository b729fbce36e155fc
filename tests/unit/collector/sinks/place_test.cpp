// SPDX-License-Identifier: MIT
// Ids that say their time, and all others.
#include "collector/sinks/place.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

constexpr std::string_view id = "019ab0c1-7a3b-7def-9abc-0123456789ab";
constexpr std::int64_t time_of_id = 0x019ab0c17a3b;

Place place(std::string_view which, std::int64_t time, std::string_view line = "line") {
  return place_of(event_key(which), which, time, line);
}

TEST(Place, IsTheIdWhereThatSaysTheTime) {
  for (const std::int64_t skew : {std::int64_t{0}, most_skew, -most_skew}) {
    const Place found = place(id, time_of_id + skew);
    EXPECT_TRUE(found.is_id);
    EXPECT_EQ(found.time(), time_of_id);
    EXPECT_EQ(found.bytes, place_of_id(id).bytes);
    EXPECT_EQ(found.view(), std::string_view("\x01\x9a\xb0\xc1\x7a\x3b\x7d\xef\x9a\xbc\x01\x23\x45"
                                             "\x67\x89\xab"));
  }
}

TEST(Place, IsMadeOfTimeAndIdForAllOthers) {
  for (const std::string_view other :
       {std::string_view("req_1"), std::string_view("019ab0c1-7a3b-4def-9abc-0123456789ab"),
        std::string_view("019AB0C1-7A3B-7DEF-9ABC-0123456789AB"),
        std::string_view("019ab0c1-7a3b-7def-1abc-0123456789ab"), id}) {
    const std::int64_t time = 1'795'422'600'123;
    const Place found = place(other, time);
    EXPECT_FALSE(found.is_id) << other;
    EXPECT_EQ(found.time(), time);
    EXPECT_EQ(found.bytes[6] & 0xf0, 0x80);
    EXPECT_EQ(found.bytes[8] & 0xc0, 0x80);
    EXPECT_EQ(found.bytes, place(other, time, "another line").bytes);
    EXPECT_NE(found.bytes, place(std::string(other) + "x", time).bytes);
  }
}

TEST(Place, OfAnEventWithoutAnIdFollowsFromItsLine) {
  EXPECT_EQ(place("", 5, "a").bytes, place("", 5, "a").bytes);
  EXPECT_NE(place("", 5, "a").bytes, place("", 5, "b").bytes);
  EXPECT_FALSE(place("", 5, "a").is_id);
}

TEST(Place, SortsByTime) {
  EXPECT_LT(first_place(time_of_id).view(), place(id, time_of_id).view());
  EXPECT_LT(place(id, time_of_id).view(), first_place(time_of_id + 1).view());
  EXPECT_LT(first_place(5).view(), place("x", 5).view());
  EXPECT_LT(place("x", 5).view(), first_place(6).view());
  EXPECT_EQ(place("x", -5).time(), 0);
  EXPECT_EQ(first_place(-5).bytes, first_place(0).bytes);
  EXPECT_EQ(first_place(INT64_MAX).time(), (std::int64_t{1} << 48) - 1);
}

TEST(Place, OfAnIdThatIsNoClockIsThatOfNoEvent) {
  EXPECT_EQ(place_of_id("req_1").bytes, Place{}.bytes);
  EXPECT_EQ(place_of_id("").bytes, Place{}.bytes);
}

}  // namespace
}  // namespace llmgw::collector
