// SPDX-License-Identifier: MIT
// PURE: the quick yes to an event that is written as the gateways write it.
#pragma once

#include <optional>
#include <string_view>

namespace llmgw {

struct ScannedEvent {
  std::size_t size;           ///< bytes from the opening to the closing brace
  std::string_view event_id;  ///< into the text; empty: the event has none
};

/// Reads the event that begins with the first byte of `text`; what stands behind it does not
/// matter. A result means that validate_event accepts the same bytes and finds the same event_id.
/// Nothing means that only validate_event can tell: the event is bad, or is written in a way that
/// takes a full parser (escapes in keys, in event_id or in ts, and what is not JsonForm::plain).
///
/// One pass, about a nanosecond for two bytes, no allocation.
std::optional<ScannedEvent> scan_event(std::string_view text) noexcept;

}  // namespace llmgw
