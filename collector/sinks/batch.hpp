// SPDX-License-Identifier: MIT
// PURE: the events of one request, as lines ready to be stored.
#pragma once

#include <string>
#include <vector>

#include "collector/sinks/event_key.hpp"

namespace llmgw::collector {

/// Lines in the order they came.
struct Batch {
  struct Line {
    std::size_t end;  ///< offset behind its `\n` in `text`
    EventKey key;
  };

  std::string text;  ///< all lines, each with its `\n`
  std::vector<Line> lines;
};

}  // namespace llmgw::collector
