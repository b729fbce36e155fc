// SPDX-License-Identifier: MIT
// PURE: the events of one request, as lines ready to be stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw::collector {

/// An event_id in 128 bits.
struct EventKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const EventKey&, const EventKey&) = default;
};

/// FNV-1a over 128 bits: 100,000 ids collide by chance once in about 10^28 windows.
EventKey event_key(std::string_view event_id) noexcept;

/// Lines in the order they came.
struct Batch {
  struct Line {
    std::size_t end;              ///< offset behind its `\n` in `text`
    std::optional<EventKey> key;  ///< nothing: the event has no id, so it is never a duplicate
  };

  std::string text;  ///< all lines, each with its `\n`
  std::vector<Line> lines;
};

}  // namespace llmgw::collector
