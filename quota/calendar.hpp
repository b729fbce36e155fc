// SPDX-License-Identifier: MIT
// PURE: the days, weeks and months of a time zone, as spans of time that follow one another without
// a gap. Only Zone::find reads a file, that of the zone.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llmgw::quota {

/// A time zone of the IANA data base. Copies share one reading of it, which lives as long as the
/// process: later changes of the files are not seen.
class Zone {
 public:
  /// UTC, which needs no file.
  Zone();

  /// Nothing where the system has no zone of that name (`Europe/Berlin`, `UTC`), or the name is
  /// none. May read a file, and waits for other threads that look for one.
  static std::optional<Zone> find(std::string_view name);

  const std::string& name() const noexcept;
  friend bool operator==(const Zone& one, const Zone& other) noexcept {
    return one.name() == other.name();
  }

  struct Rules;
  const Rules& rules() const noexcept { return *rules_; }

 private:
  explicit Zone(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

  std::shared_ptr<const Rules> rules_;
};

/// By what the time is cut.
struct Calendar {
  enum class Kind : std::uint8_t { day, week, month };

  Kind kind = Kind::day;
  Zone zone = {};

  friend bool operator==(const Calendar&, const Calendar&) = default;
};

/// From `begin` up to what is in front of `end`.
struct Window {
  std::chrono::sys_seconds begin;
  std::chrono::sys_seconds end;

  friend bool operator==(const Window&, const Window&) = default;
};

/// The day, the week (from Monday on) or the month in which the instant lies. One begins when the
/// clocks of the zone first show 0:00 of its first day; where they pass over that, with what they
/// show next. So windows follow each other, none is empty, and an hour that comes twice about
/// midnight belongs to the later one. From any thread; allocates nothing.
Window window_at(const Calendar& calendar, std::chrono::sys_seconds instant) noexcept;

}  // namespace llmgw::quota
