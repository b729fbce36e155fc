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
  std::function<std::string()> metrics;  ///< Prometheus text
};

/// Adds /healthz, /readyz and /metrics. `source` is kept by the routes.
void add_ops_routes(http::Router& router, OpsSource source);

}  // namespace llmgw::proxy
