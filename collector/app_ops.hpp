// SPDX-License-Identifier: MIT
// Health, readiness and metrics of the collector.
#pragma once

#include <string>

#include "collector/ingest.hpp"
#include "collector/lease/endpoint.hpp"
#include "collector/pipeline/pipeline.hpp"
#include "collector/query/query_service.hpp"
#include "collector/sinks/store.hpp"
#include "common/http/endpoint_server.hpp"
#include "common/settings/config_status.hpp"

namespace llmgw::collector {

/// All of them outlive it and belong to one loop.
class Ops {
 public:
  /// `file`, `lender` and `leases`: null where there is no configuration file; `query`: null where
  /// nobody can ask.
  Ops(Pipeline& pipeline, const Ingest& ingest, const http::EndpointServer& server,
      const Store& store, const ConfigStatus* file = nullptr, const QueryService* query = nullptr,
      const Lender* lender = nullptr, const LeaseEndpoint* leases = nullptr)
      : pipeline_(pipeline),
        ingest_(ingest),
        server_(server),
        store_(store),
        file_(file),
        query_(query),
        lender_(lender),
        leases_(leases) {}

  /// 200 as long as the loop turns.
  Task<void> healthz(http::EndpointExchange& exchange) const;
  /// 200 while the store works, else 503.
  Task<void> readyz(http::EndpointExchange& exchange) const;
  /// Prometheus text.
  Task<void> metrics(http::EndpointExchange& exchange) const;
  /// What is in effect of the configuration file, which there is.
  Task<void> configz(http::EndpointExchange& exchange) const;

 private:
  std::string render() const;

  Pipeline& pipeline_;
  const Ingest& ingest_;
  const http::EndpointServer& server_;
  const Store& store_;
  const ConfigStatus* file_;
  const QueryService* query_;
  const Lender* lender_;
  const LeaseEndpoint* leases_;
};

}  // namespace llmgw::collector
