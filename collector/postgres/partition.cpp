// SPDX-License-Identifier: MIT
// Names and bounds: an UUIDv7 begins with its milliseconds, so a day is a range of them.
#include "collector/postgres/partition.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace llmgw::collector {
namespace {

namespace chrono = std::chrono;

constexpr std::string_view prefix = "event_";
constexpr std::int64_t day_length = 86'400'000;

template <class Number>
bool take(std::string_view text, Number& number) noexcept {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string partition_name(std::int64_t day) {
  const chrono::year_month_day date{chrono::sys_days(chrono::days(day))};
  char text[32];
  std::snprintf(text, sizeof text, "event_%04d%02u%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::optional<std::int64_t> partition_day(std::string_view name) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + 8) return std::nullopt;
  name.remove_prefix(prefix.size());
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (!take(name.substr(0, 4), year) || !take(name.substr(4, 2), month) ||
      !take(name.substr(6), day))
    return std::nullopt;
  const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return chrono::sys_days(date).time_since_epoch().count();
}

std::string first_uuid(std::int64_t day) {
  const auto begin = static_cast<unsigned long long>(day * day_length);
  char text[48];
  std::snprintf(text, sizeof text, "%08llx-%04llx-0000-0000-000000000000", begin >> 16,
                begin & 0xffff);
  return text;
}

std::string make_partition_sql(std::int64_t day) {
  const std::string name = partition_name(day);
  return "CREATE TABLE " + name +
         " (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE); "
         "ALTER TABLE event ATTACH PARTITION " +
         name + " FOR VALUES FROM ('" + first_uuid(day) + "') TO ('" + first_uuid(day + 1) + "')";
}

}  // namespace llmgw::collector
