// SPDX-License-Identifier: MIT
// Ops: the admin port: health, readiness and metrics.
#pragma once

#include <functional>
#include <string>

#include "common/http/router.hpp"

namespace llmgw::proxy {

/// What the admin port reports; called on the admin loop.
struct OpsSource {
  std::function<bool()> is_ready;
  std::function<std::string()> metrics;      ///< Prometheus text
  std::function<std::string()> config = {};  ///< JSON of the configuration file; none: no /configz
};

/// Adds /healthz, /readyz and /metrics, and /configz. `source` is kept by the routes.
void add_ops_routes(http::Router& router, OpsSource source);

}  // namespace llmgw::proxy
