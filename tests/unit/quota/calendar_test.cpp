// SPDX-License-Identifier: MIT
// Where days, weeks and months begin and end, at the hours where that is hard to say. Changes of
// clocks are those of years gone by, which no law alters any more.
#include "quota/calendar.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/text/timestamp.hpp"

namespace llmgw::quota {
namespace {

using std::chrono::hours;
using std::chrono::sys_seconds;
using Kind = Calendar::Kind;

Zone zone(std::string_view name) {
  const auto found = Zone::find(name);
  if (!found) ADD_FAILURE() << "no zone " << name;
  return found.value_or(Zone());
}

// Cut to seconds, as callers do: 23:59:59.999 is 23:59:59.
sys_seconds at(std::string_view text) {
  const auto found = parse_timestamp(text);
  if (!found) ADD_FAILURE() << text;
  return std::chrono::floor<std::chrono::seconds>(found.value_or(sys_seconds{}));
}

struct Case {
  std::string_view zone;
  Kind kind;
  std::string_view instant;
  std::string_view begin;
  std::string_view end;
};

void expect(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    const Window window = window_at({each.kind, zone(each.zone)}, at(each.instant));
    EXPECT_EQ(window, (Window{at(each.begin), at(each.end)}))
        << each.zone << " " << each.instant << ": "
        << window.begin.time_since_epoch().count() - at(each.begin).time_since_epoch().count()
        << " s, " << window.end.time_since_epoch().count() - at(each.end).time_since_epoch().count()
        << " s";
  }
}

TEST(Calendar, KnowsTheZonesOfTheSystem) {
  for (const std::string_view name :
       {"UTC", "Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata",
        "America/New_York", "Etc/GMT+5", "EST5EDT"})
    EXPECT_EQ(zone(name).name(), name);
  for (const std::string_view name :
       {"", "Europe", "Europe/", "/Europe/Berlin", "europe/berlin", "Europe/Atlantis",
        "../zoneinfo/UTC", "Europe/../UTC", "file:/etc/localtime", "libc:localtime", "localtime",
        "Fixed/UTC+01:00:00", "right/UTC", "UTC ", "/etc/localtime", "CEST", "+01:00", "tzdata.zi"})
    EXPECT_FALSE(Zone::find(name)) << name;
  EXPECT_FALSE(Zone::find(std::string(1000, 'A')));
  EXPECT_FALSE(Zone::find(std::string_view("UTC\0", 4)));
  EXPECT_EQ(Zone().name(), "UTC");
  EXPECT_EQ(Zone(), zone("UTC"));
  EXPECT_NE(Zone(), zone("Europe/Berlin"));
}

TEST(Calendar, CutsAtMidnightOfTheZone) {
  expect({
      {"UTC", Kind::day, "2026-11-30T23:59:59.999Z", "2026-11-30T00:00:00Z",
       "2026-12-01T00:00:00Z"},
      {"UTC", Kind::day, "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"},
      {"Asia/Kolkata", Kind::day, "2026-11-30T23:59:59.999+05:30", "2026-11-30T00:00:00+05:30",
       "2026-12-01T00:00:00+05:30"},
      {"Asia/Kolkata", Kind::day, "2026-12-01T00:00:00+05:30", "2026-12-01T00:00:00+05:30",
       "2026-12-02T00:00:00+05:30"},
  });
}

TEST(Calendar, DaysOfAChangeAreShorterAndLonger) {
  expect({
      // Berlin: 31 March 2024 has 23 hours, 27 October 25.
      {"Europe/Berlin", Kind::day, "2024-03-30T23:59:59.999+01:00", "2024-03-30T00:00:00+01:00",
       "2024-03-31T00:00:00+01:00"},
      {"Europe/Berlin", Kind::day, "2024-03-31T23:59:59.999+02:00", "2024-03-31T00:00:00+01:00",
       "2024-04-01T00:00:00+02:00"},
      {"Europe/Berlin", Kind::day, "2024-10-27T23:59:59.999+01:00", "2024-10-27T00:00:00+02:00",
       "2024-10-28T00:00:00+01:00"},
      {"Europe/Berlin", Kind::day, "2024-10-28T00:00:00+01:00", "2024-10-28T00:00:00+01:00",
       "2024-10-29T00:00:00+01:00"},
      // New York: 10 March and 3 November 2024.
      {"America/New_York", Kind::day, "2024-03-10T23:59:59.999-04:00", "2024-03-10T00:00:00-05:00",
       "2024-03-11T00:00:00-04:00"},
      {"America/New_York", Kind::day, "2024-11-03T23:59:59.999-05:00", "2024-11-03T00:00:00-04:00",
       "2024-11-04T00:00:00-05:00"},
      {"America/New_York", Kind::month, "2024-11-30T23:59:59.999-05:00",
       "2024-11-01T00:00:00-04:00", "2024-12-01T00:00:00-05:00"},
  });
}

TEST(Calendar, MidnightMayBePassedOver) {
  expect({
      // Santiago: 8 September 2024 begins at 1:00.
      {"America/Santiago", Kind::day, "2024-09-07T23:59:59.999-04:00", "2024-09-07T00:00:00-04:00",
       "2024-09-08T01:00:00-03:00"},
      {"America/Santiago", Kind::day, "2024-09-08T01:00:00-03:00", "2024-09-08T01:00:00-03:00",
       "2024-09-09T00:00:00-03:00"},
      // Beirut: so does 31 March 2024.
      {"Asia/Beirut", Kind::day, "2024-03-30T23:59:59.999+02:00", "2024-03-30T00:00:00+02:00",
       "2024-03-31T01:00:00+03:00"},
      // Apia had no 30 December 2011.
      {"Pacific/Apia", Kind::day, "2011-12-29T23:59:59-10:00", "2011-12-29T00:00:00-10:00",
       "2011-12-31T00:00:00+14:00"},
      {"Pacific/Apia", Kind::day, "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00",
       "2012-01-01T00:00:00+14:00"},
  });
}

TEST(Calendar, MidnightMayComeTwice) {
  expect({
      // Santiago: the last hour of 6 April 2024 came twice, and midnight after both.
      {"America/Santiago", Kind::day, "2024-04-06T23:59:59.999-03:00", "2024-04-06T00:00:00-03:00",
       "2024-04-07T00:00:00-04:00"},
      {"America/Santiago", Kind::day, "2024-04-06T23:59:59.999-04:00", "2024-04-06T00:00:00-03:00",
       "2024-04-07T00:00:00-04:00"},
      // Havana: the first hour of 3 November 2024 came twice, midnight with it.
      {"America/Havana", Kind::day, "2024-11-03T00:30:00-05:00", "2024-11-03T00:00:00-04:00",
       "2024-11-04T00:00:00-05:00"},
      {"America/Havana", Kind::day, "2024-11-02T23:59:59.999-04:00", "2024-11-02T00:00:00-04:00",
       "2024-11-03T00:00:00-04:00"},
      // St John's: at 0:01 of 1 November 2009 it was 23:01 of the day before. What has ended is not
      // opened again.
      {"America/St_Johns", Kind::day, "2009-10-31T23:30:00-03:30", "2009-11-01T00:00:00-02:30",
       "2009-11-02T00:00:00-03:30"},
      {"America/St_Johns", Kind::month, "2009-10-31T23:30:00-03:30", "2009-11-01T00:00:00-02:30",
       "2009-12-01T00:00:00-03:30"},
  });
}

TEST(Calendar, WeeksBeginOnMonday) {
  expect({
      {"UTC", Kind::week, "2026-11-29T23:59:59.999Z", "2026-11-23T00:00:00Z",
       "2026-11-30T00:00:00Z"},
      {"UTC", Kind::week, "2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z", "2026-12-07T00:00:00Z"},
      {"UTC", Kind::week, "2027-01-01T12:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
      {"Europe/Berlin", Kind::week, "2024-10-27T23:59:59.999+01:00", "2024-10-21T00:00:00+02:00",
       "2024-10-28T00:00:00+01:00"},
  });
}

TEST(Calendar, MonthsHaveTheirLengths) {
  const auto days_of = [](int year, unsigned month) {
    const auto first = std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                                             std::chrono::day(1));
    const Window window = window_at({Kind::month, Zone()}, first + std::chrono::days(12));
    EXPECT_EQ(window.begin, first);
    return std::chrono::floor<std::chrono::days>(window.end - window.begin).count();
  };
  const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (unsigned month = 1; month <= 12; ++month)
    EXPECT_EQ(days_of(2027, month), lengths[month - 1]);
  for (const int year : {2000, 2024, 2028, 2096}) EXPECT_EQ(days_of(year, 2), 29) << year;
  for (const int year : {2026, 2100}) EXPECT_EQ(days_of(year, 2), 28) << year;
}

// Of a hundred years, in zones with all kinds of changes: each window follows the one before it,
// has a likely length, and is found from its first second, its last one and from between them.
TEST(Calendar, WindowsTileTheTime) {
  struct Lengths {
    Kind kind;
    hours shortest;
    hours longest;
  };
  for (const std::string_view name :
       {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Santiago",
        "Asia/Beirut", "America/Havana", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia",
        "Africa/Casablanca", "Asia/Tehran", "Antarctica/Troll", "Pacific/Chatham"}) {
    for (const auto& [kind, shortest, longest] :
         {Lengths{Kind::day, hours(22), hours(49)}, Lengths{Kind::week, hours(143), hours(171)},
          Lengths{Kind::month, hours(28 * 24 - 25), hours(31 * 24 + 3)}}) {
      const Calendar calendar{kind, zone(name)};
      Window window = window_at(calendar, at("2000-01-01T12:00:00Z"));
      int faults = 0;
      while (window.begin < at("2101-01-01T00:00:00Z") && faults < 5) {
        const auto length = window.end - window.begin;
        const auto second = std::chrono::seconds(1);
        const bool is_good = length >= shortest && length <= longest &&
                             window_at(calendar, window.begin) == window &&
                             window_at(calendar, window.begin + length / 3) == window &&
                             window_at(calendar, window.begin + length - hours(1)) == window &&
                             window_at(calendar, window.end - second) == window;
        faults += is_good ? 0 : 1;
        EXPECT_TRUE(is_good) << name << " " << window.begin.time_since_epoch().count() << " + "
                             << length.count() << " s";
        const Window next = window_at(calendar, window.end);
        EXPECT_EQ(next.begin, window.end) << name;
        if (next.begin != window.end) break;
        window = next;
      }
    }
  }
}

}  // namespace
}  // namespace llmgw::quota
