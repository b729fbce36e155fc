// SPDX-License-Identifier: MIT
// PURE: LiveTap: of what a write stores, each viewer's part.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collector/query/model.hpp"
#include "collector/sinks/event_tap.hpp"

namespace llmgw::collector {

/// Whether the filter takes an event, and its tenant may be seen.
bool matches(const Filter& filter, const EventRow& row);

/// What a viewer's events come to.
struct LiveSums {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::uint64_t cost_nano_usd = 0;
  std::uint64_t unpriced = 0;

  void add(const EventRow& row) noexcept;
  void add(const LiveSums& more) noexcept;
};

/// Never holds more than there is room for, whatever a write brings.
class LiveTap final : public EventTap {
 public:
  /// Longer events are counted, not shown.
  static constexpr std::size_t longest = 32 * 1024;

  struct Share {
    std::uint64_t viewer = 0;
    std::shared_ptr<const Filter> filter = {};
    std::size_t room = 0;                 ///< events that may be shown
    std::vector<std::string> lines = {};  ///< without line ends
    std::uint64_t skipped = 0;            ///< those that were not
    LiveSums sums = {};
  };

  explicit LiveTap(std::vector<Share> shares) : shares_(std::move(shares)) {}

  void show(const EventRow& row, std::string_view line) override;

  std::vector<Share>& shares() noexcept { return shares_; }

 private:
  std::vector<Share> shares_;
};

}  // namespace llmgw::collector
