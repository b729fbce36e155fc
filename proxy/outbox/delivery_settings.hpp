// SPDX-License-Identifier: MIT
// PURE: what the courier is told at start.
#pragma once

#include <chrono>
#include <optional>

#include "common/settings/http_url.hpp"

namespace llmgw::proxy {

struct DeliverySettings {
  std::optional<HttpUrl> collector;  ///< nothing: events are only counted
  std::chrono::milliseconds statistics_interval{2'000};
  std::chrono::milliseconds drain_timeout{10'000};  ///< of Courier::drain()
  bool is_spool_ephemeral = false;  ///< what a drain leaves in the spool is lost with its folder
};

}  // namespace llmgw::proxy
