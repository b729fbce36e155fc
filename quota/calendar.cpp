// SPDX-License-Identifier: MIT
// Civil days by Abseil, which has the zones' rules; why it is Abseil: docs/adr/0020.
#include "quota/calendar.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>

namespace llmgw::quota {
namespace {

using Kind = Calendar::Kind;

// What the data base's names are made of. So none is a path out of it, one of Debian's own folders
// in it, or one of the library's own names (`file:...`, `Fixed/...`).
bool is_zone_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  };
  return !name.empty() && name.size() <= longest && name.front() >= 'A' && name.front() <= 'Z' &&
         name.back() != '/' && !name.starts_with("Fixed/") &&
         std::all_of(name.begin(), name.end(), fits);
}

absl::CivilDay first_day(Kind kind, absl::CivilDay day) {
  switch (kind) {
    case Kind::day: return day;
    case Kind::week: return absl::PrevWeekday(day + 1, absl::Weekday::monday);
    case Kind::month: break;
  }
  return absl::CivilDay(absl::CivilMonth(day));
}

absl::CivilDay after(Kind kind, absl::CivilDay first) {
  switch (kind) {
    case Kind::day: return first + 1;
    case Kind::week: return first + 7;
    case Kind::month: break;
  }
  return absl::CivilDay(absl::CivilMonth(first) + 1);
}

std::chrono::sys_seconds begin_of(const absl::TimeZone& zone, absl::CivilDay day) {
  const auto found = zone.At(absl::CivilSecond(day));
  const bool is_passed_over = found.kind == absl::TimeZone::TimeInfo::SKIPPED;
  const absl::Time begin = is_passed_over ? found.trans : found.pre;
  return std::chrono::sys_seconds(std::chrono::seconds(absl::ToUnixSeconds(begin)));
}

}  // namespace

struct Zone::Rules {
  std::string name;
  absl::TimeZone zone;
};

Zone::Zone() {
  static const auto utc = std::make_shared<const Rules>(Rules{"UTC", absl::UTCTimeZone()});
  rules_ = utc;
}

std::optional<Zone> Zone::find(std::string_view name) {
  absl::TimeZone zone;
  if (!is_zone_name(name) || !absl::LoadTimeZone({name.data(), name.size()}, &zone))
    return std::nullopt;
  return Zone(std::make_shared<const Rules>(Rules{std::string(name), zone}));
}

const std::string& Zone::name() const noexcept { return rules_->name; }

Window window_at(const Calendar& calendar, std::chrono::sys_seconds instant) noexcept {
  const absl::TimeZone& zone = calendar.zone.rules().zone;
  const absl::Time time = absl::FromUnixSeconds(instant.time_since_epoch().count());
  const absl::CivilDay today(zone.At(time).cs);
  absl::CivilDay first = first_day(calendar.kind, today);
  // Clocks that were set back over midnight show the day before once more; it does not come again.
  absl::CivilDay next = after(calendar.kind, first);
  while (begin_of(zone, next) <= instant) {
    first = next;
    next = after(calendar.kind, first);
  }
  return {begin_of(zone, first), begin_of(zone, next)};
}

}  // namespace llmgw::quota
