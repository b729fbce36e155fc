// SPDX-License-Identifier: MIT
// PURE: EventKey: by what an event is told from others.
#pragma once

#include <cstdint>
#include <string_view>

namespace llmgw::collector {

/// An event_id in 128 bits.
struct EventKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  /// The key of an event without an id, which is never a duplicate.
  bool is_none() const noexcept { return (high | low) == 0; }
  friend bool operator==(const EventKey&, const EventKey&) = default;
};

/// For a UUID in its usual spelling its own bits, so that no two of them share a key. For any other
/// id FNV-1a over 128 bits: a million such ids collide by chance once in about 10^26 windows. None
/// for the empty id. Stable: keys are kept in files.
EventKey event_key(std::string_view event_id) noexcept;

}  // namespace llmgw::collector
