// SPDX-License-Identifier: MIT
// Days as names and as ranges of ids.
#include "collector/postgres/partition.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "collector/sinks/place.hpp"

namespace llmgw::collector {
namespace {

constexpr std::int64_t day = 20'780;  // 23 November 2026

TEST(Partition, NamesAreDays) {
  EXPECT_EQ(partition_name(day), "event_20261123");
  EXPECT_EQ(partition_name(0), "event_19700101");
  for (std::int64_t each = 0; each < 40'000; each += 17)
    EXPECT_EQ(partition_day(partition_name(each)), each);
  for (const char* const other :
       {"event_other", "event_", "event_2026112", "event_202611230", "event_20261323", "usage_hour",
        "event_2026112x", "event_20260230"})
    EXPECT_FALSE(partition_day(other)) << other;
}

TEST(Partition, RangesAreThoseOfPlaces) {
  EXPECT_EQ(first_uuid(0), "00000000-0000-0000-0000-000000000000");
  const Place place = first_place(day * 86'400'000);
  std::string hex;
  for (const char each : place.bytes) {
    char text[3];
    std::snprintf(text, sizeof text, "%02x", static_cast<unsigned char>(each));
    hex += text;
  }
  std::string uuid = first_uuid(day);
  std::erase(uuid, '-');
  // The place of an instant has the version and the variant of an id; the range begins before it.
  EXPECT_EQ(uuid.substr(0, 12), hex.substr(0, 12));
  EXPECT_LE(uuid, hex);
}

TEST(Partition, IsMadeBesideTheTableFirst) {
  const std::string sql = make_partition_sql(day);
  EXPECT_NE(sql.find("CREATE TABLE event_20261123 (LIKE event"), std::string::npos) << sql;
  EXPECT_NE(sql.find("FROM ('" + first_uuid(day) + "') TO ('" + first_uuid(day + 1) + "')"),
            std::string::npos)
      << sql;
}

}  // namespace
}  // namespace llmgw::collector
