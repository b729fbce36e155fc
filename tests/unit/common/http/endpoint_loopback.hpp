// SPDX-License-Identifier: MIT
// An end point on a thread of its own.
#pragma once

#include "common/http/endpoint_server.hpp"
#include "tests/unit/common/http/loopback_server.hpp"

namespace llmgw::http {

/// Serves until it is destroyed.
class EndpointLoopback : public LoopbackServer<EndpointServer> {
 public:
  explicit EndpointLoopback(EndpointHandler& handler, EndpointLimits limits = {})
      : LoopbackServer(handler, limits) {}
};

}  // namespace llmgw::http
