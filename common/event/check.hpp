// SPDX-License-Identifier: MIT
// PURE: whether a JSON text is a metering event that the collector may store.
#pragma once

#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace llmgw {

/// What the collector needs to know of a valid event.
struct CheckedEvent {
  std::string event_id;  ///< empty: the event has none and cannot be told from a duplicate
};

/// A phrase naming the field and what is expected, such as `latency_ms: must be a number from 0`.
struct EventFault {
  std::string text;
};

/// Checks one JSON object. With `schema_version` 1 every field that the proxy always writes must be
/// there; without it only those of the original gateway. Unknown keys are allowed. Throws nothing
/// but bad_alloc.
boost::system::result<CheckedEvent, EventFault> validate_event(std::string_view json);

}  // namespace llmgw
