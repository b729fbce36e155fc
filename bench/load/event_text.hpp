// SPDX-License-Identifier: MIT
// Batches of metering events as the proxy posts them, each event with an id of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw::bench {

class EventBatches {
 public:
  explicit EventBatches(std::uint32_t events);
  /// A whole request; good until the next call.
  std::string_view next();

 private:
  std::string text_;
  std::vector<std::size_t> ids_;  // where the last digits of each event's id stand
  std::uint64_t counter_ = 0;
};

}  // namespace llmgw::bench
