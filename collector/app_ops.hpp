// SPDX-License-Identifier: MIT
// Health, readiness and metrics of the collector.
#pragma once

#include <string>

#include "collector/ingest.hpp"
#include "collector/pipeline/pipeline.hpp"
#include "common/http/server.hpp"

namespace llmgw::collector {

/// All three outlive it and belong to one loop.
class Ops {
 public:
  Ops(Pipeline& pipeline, const Ingest& ingest, const http::Server& server)
      : pipeline_(pipeline), ingest_(ingest), server_(server) {}

  /// 200 as long as the loop turns.
  Task<void> healthz(http::Exchange& exchange) const;
  /// 200 while the sink works, else 503.
  Task<void> readyz(http::Exchange& exchange) const;
  /// Prometheus text.
  Task<void> metrics(http::Exchange& exchange) const;

 private:
  std::string render() const;

  Pipeline& pipeline_;
  const Ingest& ingest_;
  const http::Server& server_;
};

}  // namespace llmgw::collector
