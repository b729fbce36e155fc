// SPDX-License-Identifier: MIT
// Worker: one core's share of the proxy. Nothing of it is shared with another worker.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "proxy/api/context.hpp"
#include "proxy/api/traffic.hpp"
#include "proxy/http/server.hpp"

namespace llmgw::proxy {

/// A thread with its loop, listener, upstreams and outbox. Built and joined by the app's
/// thread; the methods after start() may be called from there, they pass on to the worker's own.
class Worker {
 public:
  struct Limits {
    http::ServerLimits clients = {};
    PoolLimits upstreams = {};
  };

  /// Throws std::runtime_error where TLS cannot be set up. `courier` and `cooling`, which is the
  /// app's thread's, outlive the worker. `keys`: of callers, where the settings ask for them; null:
  /// none is known.
  Worker(const Config& config, Limits limits, std::size_t queue_share, Wakeup& courier,
         CoolingBook& cooling, std::shared_ptr<const KeyTable> keys = nullptr);
  ~Worker();

  /// Binds a listener, once for each address; connections wait in the kernel until start().
  Result<void> listen(const Endpoint& endpoint);
  void start();

  /// For the upstream of that name, if there is one.
  void set_key(std::string upstream, UpstreamKey key);
  /// Of tokens, for requests from now on.
  void set_issuer(std::shared_ptr<const TokenIssuer> issuer);
  /// What providers have told of their models, for requests from now on.
  void set_discovered(std::shared_ptr<const Discovered> discovered);
  /// New requests go by the upstreams of these settings, and by these keys. Those that are
  /// described as before keep their connections; the others end with the last exchange that began
  /// with them. The TLS contexts are made here, as that takes a while. Throws as the constructor
  /// does, and then nothing has changed.
  void use(const Config& config, std::shared_ptr<const KeyTable> keys = nullptr);
  /// New requests are held to these limits. `report`: told now and then on this worker's thread
  /// what was decided, if anything.
  void limit(LimitsInUse limits, std::function<void(std::vector<quota::DecisionCount>)> report);
  /// Before limit(): exchanges wait for units that are lent, at most `most` at a time. `tell`:
  /// called on this worker's thread.
  void borrow(std::size_t most, std::function<void(UnitWaits::Changes)> tell);
  /// Exchanges that wait for units look again. `looked`: called on this worker's thread, when it
  /// was told who waits no more.
  void look_at_units(std::function<void()> looked);
  /// Calls `passed` on this worker's thread: what it was doing before, it does no more, and it has
  /// told who waits for units.
  void pass(std::function<void()> passed);
  /// From now on each response says that its connection ends.
  void announce_end();
  /// No new exchanges; `ended` is called on this worker's thread when the last open one has ended.
  void drain(std::function<void()> ended);
  /// Ends open exchanges where they stand.
  void cancel_all();
  /// Gives up exchanges that did not end even so: makes their events and ends the loop. drain()
  /// says that it ended.
  void abandon();
  /// Ends the thread; after drain() has said that it ended.
  void join();

  /// Before start(): what it holds of requests is part of that, which outlives this.
  void hold_within(HeldMemory& memory) noexcept { context_.workspace.held.share(memory); }
  /// Before start(), and before the estimator's: tokens that nobody reports are estimated.
  void estimate_with(Estimator& estimator);

  Outbox& outbox() noexcept { return outbox_; }
  /// Null where nothing is estimated.
  const EstimateDesk* desk() const noexcept { return context_.desk.get(); }
  /// By name, those of earlier settings too. For the app's thread.
  const std::map<std::string, UpstreamCounts>& upstreams() const noexcept { return upstreams_; }
  /// The same of targets.
  const RouteTable::Counts& targets() const noexcept { return targets_; }
  const TrafficCounts& traffic() const noexcept { return context_.counts; }
  const quota::LimitCounts& limits() const noexcept { return context_.limits.counts; }
  const LeaseHistogram& lease_waits() const noexcept { return context_.limits.waits; }
  /// Published once a tick, so that scraping touches nothing of the worker's own.
  struct Gauges {
    Counter open_connections, overdue_exchanges;
  };
  const Gauges& gauges() const noexcept { return gauges_; }

 private:
  struct Publisher;
  struct Plan;
  std::unique_ptr<Plan> plan(const Config& config);
  Upstreams::Pointer build(Plan& plan);
  void use_callers(KeyMode mode, std::shared_ptr<const KeyTable> keys);
  void publish() noexcept;
  void report_decisions();
  void end();

  const Limits limits_;
  CoolingBook& cooling_;
  std::map<std::string, UpstreamCounts> upstreams_;  // the app's thread adds to it
  RouteTable::Counts targets_;                       // the same
  std::vector<UpstreamSettings> planned_;            // of the app's thread, too: as used last
  Loop loop_;
  Outbox outbox_;
  std::shared_ptr<const KeyTable> keys_;       // of context_.callers
  std::shared_ptr<const TokenIssuer> issuer_;  // the same
  Context context_;
  Traffic traffic_;
  http::Server server_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Gauges gauges_;
  std::unique_ptr<Publisher> publisher_;
  std::function<void(std::vector<quota::DecisionCount>)> report_;
  std::function<void()> ended_;  // told once, at the end of drain()
  std::thread thread_;
};

}  // namespace llmgw::proxy
