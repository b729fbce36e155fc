// SPDX-License-Identifier: MIT
// An hour more on both sides, for an id's time may be that far from its event's.
#include "collector/sinks/clickhouse/place_range.hpp"

#include <algorithm>

#include "common/event/ids.hpp"

namespace llmgw::collector {

std::string place_text(std::string_view place) {
  Uuid uuid;
  for (std::size_t i = 0; i < uuid.bytes.size() && i < place.size(); ++i)
    uuid.bytes[i] = static_cast<std::uint8_t>(place[i]);
  return std::string(uuid_text(uuid).view());
}

std::string place_bytes(std::string_view text) {
  const EventKey key = event_key(text);
  std::string bytes;
  for (const std::uint64_t half : {key.high, key.low})
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(half >> shift);
  return bytes;
}

PlaceRange places_of_hours(std::int64_t first, std::int64_t last) {
  constexpr std::int64_t hour = 3'600'000;
  // Before 1970 there is one place in time alone.
  const std::int64_t end = std::max<std::int64_t>(last * hour + most_skew, 1);
  return {place_text(first_place(first * hour - most_skew).view()),
          place_text(first_place(end).view())};
}

}  // namespace llmgw::collector
