// SPDX-License-Identifier: MIT
// PURE: EventTap: looks at events while they are stored.
#pragma once

#include <string_view>

#include "collector/store/event_row.hpp"

namespace llmgw::collector {

/// Called on the thread that writes, which waits for it: it neither blocks nor fails.
class EventTap {
 public:
  virtual ~EventTap() = default;
  /// An event that was not there before. Whether it stays is not known before the write has ended.
  /// `line`: as it came, with its line end.
  virtual void show(const EventRow& row, std::string_view line) = 0;
};

}  // namespace llmgw::collector
