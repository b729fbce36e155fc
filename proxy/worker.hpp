// SPDX-License-Identifier: MIT
// Worker: one core's share of the proxy. Nothing of it is shared with another worker.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "common/http/server.hpp"
#include "proxy/api/context.hpp"
#include "proxy/api/traffic.hpp"

namespace llmgw::proxy {

/// A thread with its loop, listener, upstream pool and outbox. Built and joined by the app's
/// thread; the methods after start() may be called from there, they pass on to the worker's own.
class Worker {
 public:
  struct Limits {
    http::ServerLimits clients = {};
    PoolLimits upstreams = {};
  };

  /// Throws std::runtime_error where TLS cannot be set up. `courier` outlives the worker.
  Worker(const Config& config, Limits limits, std::size_t queue_share, Wakeup& courier);
  ~Worker();

  /// Binds a listener, once for each address; connections wait in the kernel until start().
  Result<void> listen(const Endpoint& endpoint);
  void start();

  void set_key(Secret key);
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

  Outbox& outbox() noexcept { return outbox_; }
  std::string_view provider() const noexcept { return provider_->name(); }
  const TrafficCounts& traffic() const noexcept { return context_.counts; }
  /// Published once a tick, so that scraping touches nothing of the worker's own.
  struct Gauges {
    Counter open_connections, overdue_exchanges, pool_opened, pool_reused, pool_failed, pool_waited,
        pool_idle, pool_open, tls_handshakes, tls_resumed;
  };
  const Gauges& gauges() const noexcept { return gauges_; }
  const PoolTimes& pool_times() const noexcept { return pool_.times(); }

 private:
  struct Publisher;
  void publish() noexcept;
  void end();

  Loop loop_;
  std::unique_ptr<TlsContext> tls_;
  Pool pool_;
  std::unique_ptr<Provider> provider_;
  Outbox outbox_;
  Context context_;
  Traffic traffic_;
  http::Server server_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  Gauges gauges_;
  std::unique_ptr<Publisher> publisher_;
  std::function<void()> ended_;  // told once, at the end of drain()
  std::thread thread_;
};

}  // namespace llmgw::proxy
