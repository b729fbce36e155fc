// SPDX-License-Identifier: MIT
// App: builds the proxy from its settings, runs it and takes it down in order.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "common/async/config_watch.hpp"
#include "common/async/file_watch.hpp"
#include "common/async/signals.hpp"
#include "common/async/timer.hpp"
#include "common/http/router.hpp"
#include "proxy/app_estimates.hpp"
#include "proxy/app_limits.hpp"
#include "proxy/discovery/discovery.hpp"
#include "proxy/jwks/jwks_source.hpp"
#include "proxy/metrics.hpp"
#include "proxy/outbox/courier.hpp"
#include "proxy/worker.hpp"
#include "proxy/worker_share.hpp"

namespace llmgw::proxy {

/// Lives on the main thread, whose loop carries signals, the admin port, the watches on the files
/// of keys and discovery.
class App {
 public:
  /// Both outlive it.
  App(const Config& config, const Environment& environment);
  ~App();

  /// Serves until it was told to end and all is drained. The process's exit status: 0, or 1 if an
  /// address or the spool's folder cannot be had (said in the log).
  int run();

 private:
  bool open_spool();
  bool listen();
  Result<std::vector<Endpoint>> bind(const ListenAddress& address, std::string_view listener);
  void on_signal(int number);
  Task<void> shut_down();
  Task<void> wait_for_workers();
  Task<void> count_the_last();
  Task<void> deliver_the_last();
  void watch_files();
  void watch_config();
  Checked<ConfigOrigin> reload(const FileReader& read);
  void take_key(Result<std::string> content);
  void take_token(Result<std::string> content);
  void take_limits_token(Result<std::string> content);
  const BearerTokens& limits_tokens() const noexcept;
  Task<void> hand_back();
  void tell_keys() const;
  void use_issuer();
  void set_issuer(std::shared_ptr<const JwkSet> keys);
  std::string metrics();

  const Config& config_;  // as at start; what may change since stands in current_
  const Environment& environment_;
  Config current_;
  Loop loop_;
  CoolingBook cooling_;
  std::shared_ptr<const KeyTable> keys_;  // of current_
  bool is_read_again_ = false;  // the reading at start is none that forgives a refused key
  Courier courier_;
  std::optional<AppEstimates> estimates_;  // nothing: what nobody reports stays unknown
  TrafficSeries series_;
  HeldMemory held_memory_;
  AppLimits limits_{loop_, workers_};  // outlives the workers
  std::vector<std::unique_ptr<Worker>> workers_;
  Discovery discovery_;               // tells the workers
  std::shared_ptr<JwksSource> jwks_;  // the same; null: tokens are keys like others
  std::uint64_t issuer_generation_ = 0;
  http::Router ops_;
  http::EndpointServer admin_{loop_, ops_, {.connections = admin_connections}};
  std::vector<std::unique_ptr<Listener>> admin_listeners_;
  std::unique_ptr<Signals> signals_;
  Timer pause_{loop_};  // of a drain, which a second signal ends
  Timer last_pause_{loop_};
  std::vector<std::unique_ptr<FileWatch>> watches_;
  std::optional<ConfigWatch> config_watch_;  // where GATEWAY_CONFIG is set
  BearerTokens tokens_;                      // the first of them is in use
  BearerTokens limits_tokens_;               // the same; none: those of events
  OneShot<bool>* workers_ended_ = nullptr;
  std::size_t workers_open_ = 0;
  int stop_signals_ = 0;
};

}  // namespace llmgw::proxy
