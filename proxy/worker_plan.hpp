// SPDX-License-Identifier: MIT
// What a worker makes its upstreams of.
#pragma once

#include <memory>
#include <vector>

#include "proxy/worker.hpp"

namespace llmgw::proxy {

/// Made on the app's thread, used up on the worker's.
struct Worker::Plan {
  explicit Plan(RouteTable made) : table(std::move(made)) {}

  struct Part {
    UpstreamSettings settings;
    UpstreamCounts* counts;
    bool is_kept;                     ///< described as before: what is there stays
    std::unique_ptr<TlsContext> tls;  ///< of a new one with an https address
  };
  std::vector<Part> parts;
  RouteTable table;
  pricing::PricesPointer prices;
  UpstreamTerms terms;
};

}  // namespace llmgw::proxy
