// SPDX-License-Identifier: MIT
// PURE: Place: where an event stands among the others, 16 bytes that sort by time.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "collector/sinks/event_key.hpp"

namespace llmgw::collector {

/// The key of an event's row. For an id that is an UUIDv7 whose time is within an hour of the
/// event's that id itself; for any other an UUIDv8 made of the event's time and the id, or the
/// whole line where there is no id. So an event that comes again has the same place, and those of a
/// span of time stand together.
struct Place {
  std::array<char, 16> bytes{};
  bool is_id = false;  ///< else the id, if there is one, is found through the table of placed ones

  std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
  /// Milliseconds since 1970.
  std::int64_t time() const noexcept;
};

/// `key` is that of `id`; `time`: the event's, in milliseconds since 1970.
Place place_of(const EventKey& key, std::string_view id, std::int64_t time,
               std::string_view line) noexcept;

/// The place of an id that is an UUIDv7 and says its time itself; that of no event for any other.
Place place_of_id(std::string_view id) noexcept;

/// The lowest place of an instant in milliseconds since 1970; the lowest of all for one before.
Place first_place(std::int64_t time) noexcept;

/// How far an id's time may be from its event's.
inline constexpr std::int64_t most_skew = 3'600'000;

}  // namespace llmgw::collector
