// SPDX-License-Identifier: MIT
// App: builds the collector from its settings, runs it and takes it down in order.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "collector/app_ops.hpp"
#include "collector/app_tokens.hpp"
#include "collector/config.hpp"
#include "collector/ingest.hpp"
#include "collector/lease/endpoint.hpp"
#include "collector/pipeline/pipeline.hpp"
#include "collector/pipeline/upkeep.hpp"
#include "collector/query/query_service.hpp"
#include "common/async/config_watch.hpp"
#include "common/async/signals.hpp"
#include "common/async/timer.hpp"
#include "common/http/router.hpp"

namespace llmgw::collector {

/// Lives on the main thread, whose loop carries HTTP and signals; the pipeline has the thread that
/// writes.
class App {
 public:
  /// Both outlive it.
  App(const Config& config, const Environment& environment);

  /// Serves until SIGTERM or SIGINT, then lets open requests end. SIGHUP is passed on to the store
  /// and has the configuration file read. The process's exit status: 0; 1 if the address cannot be
  /// had or another collector has the store, 2 if it cannot be opened (all said in the log).
  int run();

 private:
  bool listen();
  bool open_query();
  int open_store();
  bool open_lender();
  bool cannot_open_ledger(const boost::system::error_code& fault) const;
  void guard();
  void guard_lender();
  void watch_config();
  void add_routes();
  void on_signal(int number);
  void cut_connections();
  Task<void> shut_down();
  Task<void> end_grace();

  const Config& config_;
  const Environment& environment_;
  Loop loop_;
  Listening listening_;
  http::Router router_;
  http::EndpointServer server_;
  Store store_;
  std::optional<Pipeline> pipeline_;  // below the store and the loop, which its thread uses
  std::optional<Upkeep> upkeep_;      // where the store has something to maintain
  std::optional<Ingest> ingest_;
  std::optional<QueryService> query_;  // where the store may be asked
  std::optional<Ops> ops_;
  std::optional<Lender> lender_;  // where there is a configuration file
  std::optional<LeaseEndpoint> leases_;
  std::optional<TokenFile> events_token_;
  std::optional<TokenFile> limits_token_;
  std::optional<ConfigWatch> config_watch_;  // where GATEWAY_CONFIG is set
  std::optional<Signals> signals_;
  Timer grace_{loop_};
  bool ending_ = false;
};

}  // namespace llmgw::collector
