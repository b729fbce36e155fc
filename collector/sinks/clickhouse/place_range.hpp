// SPDX-License-Identifier: MIT
// PURE: places as a ClickHouse store spells them, and the ranges of them that a span of time has.
#pragma once

#include <string>

#include "collector/sinks/place.hpp"

namespace llmgw::collector {

/// As an UUID is written.
std::string place_text(std::string_view place);
/// The 16 bytes of such a text.
std::string place_bytes(std::string_view text);

/// From a place up to another and without it, as texts.
struct PlaceRange {
  std::string first;
  std::string last;
};

/// Where the events of these hours can stand, without the last hour.
PlaceRange places_of_hours(std::int64_t first, std::int64_t last);

}  // namespace llmgw::collector
