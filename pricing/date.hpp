// SPDX-License-Identifier: MIT
// PURE: days as the configuration file names them, and the spans of days for which something holds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/settings/config_form.hpp"

namespace llmgw::pricing {

using Day = std::chrono::sys_days;

/// `2026-10-01`, a day of the calendar; nothing for other text.
std::optional<Day> parse_day(std::string_view text);

/// What parse_day reads back.
std::string format_day(Day day);

/// What parse_day reads.
extern const TextForm day_form;

/// Days in UTC. Without a begin or an end it holds for all before or after.
struct Days {
  std::optional<Day> from = {};  ///< the first of them
  std::optional<Day> to = {};    ///< the first behind them

  constexpr bool contain(Day day) const noexcept {
    return (!from || *from <= day) && (!to || day < *to);
  }
  constexpr bool overlap(const Days& other) const noexcept {
    return (!from || !other.to || *from < *other.to) && (!to || !other.from || *other.from < *to);
  }
  friend bool operator==(const Days&, const Days&) = default;
};

}  // namespace llmgw::pricing
