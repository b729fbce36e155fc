// SPDX-License-Identifier: MIT
// PURE: the partitions of the table of events, one a day.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmgw::collector {

/// Days are counted since 1970, in UTC. Before `today` and behind it so many are made.
inline constexpr std::int64_t days_back = 2;
inline constexpr std::int64_t days_ahead = 7;

/// What has no partition of its own: old events, and those of a wrong clock.
inline constexpr std::string_view default_partition = "event_other";

/// `event_20261123`.
std::string partition_name(std::int64_t day);
/// The day that a name of that form says; nothing for any other.
std::optional<std::int64_t> partition_day(std::string_view name);

/// The lowest place of a day as a UUID is written, 1 January 1970 or later.
std::string first_uuid(std::int64_t day);

/// Makes the day's partition. Takes no lock that keeps writers of other days waiting, unless they
/// write into the default one. A check violation where that has rows of the day.
std::string make_partition_sql(std::int64_t day);

}  // namespace llmgw::collector
