// SPDX-License-Identifier: MIT
// Start, run, drain, end.
#include "proxy/app.hpp"

#include <csignal>

#include "common/descriptors.hpp"
#include "common/log.hpp"
#include "common/read_file.hpp"
#include "proxy/api/ops.hpp"
#include "proxy/metrics.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::chrono::seconds key_file_interval{1};

std::chrono::milliseconds in_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

}  // namespace

App::App(const Config& config)
    : config_(config), courier_(config.collector, in_milliseconds(config.event_flush_timeout)) {
  const std::size_t share = std::max<std::size_t>(1, config.event_queue_size / config.threads);
  const WorkerShare each = share_descriptors(raise_descriptor_limit(), config.threads);
  const Worker::Limits limits{{.connections = each.clients}, {.open = each.upstreams}};
  for (unsigned i = 0; i < config.threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(config, limits, share, courier_));
    courier_.serve(workers_.back()->outbox());
  }
  add_ops_routes(ops_, {[this] { return stop_signals_ == 0; }, [this] { return metrics(); }});
}

App::~App() = default;

int App::run() {
  // Signals are held from before the first listener is open, so that none ends the process
  // half-way.
  signals_ = std::make_unique<Signals>(loop_, [this](int number) { on_signal(number); });
  if (!open_spool() || !listen()) return 1;
  courier_.start();
  for (const auto& each : workers_) each->start();
  if (admin_listener_) admin_.start(std::move(admin_listener_));
  if (!config_.upstream_key_file.empty()) spawn(watch_key_file());
  loop_.run();
  return 0;
}

// Without a collector nothing could ever leave a spool, so none is begun.
bool App::open_spool() {
  if (config_.event_spool_dir.empty() || !config_.collector) return true;
  auto spool = Spool::open(config_.event_spool_dir, config_.event_spool_max);
  if (spool.has_error()) {
    log::error("cannot use EVENT_SPOOL_DIR",
               {{"folder", config_.event_spool_dir}, {"reason", spool.error().text}});
    return false;
  }
  courier_.use(std::move(*spool));
  return true;
}

bool App::listen() {
  const auto traffic = bind(config_.listen, "traffic");
  if (traffic.has_error()) return false;
  for (const auto& each : workers_) {
    if (each->listen(*traffic).has_error()) {
      log::error("cannot listen", {{"listener", "traffic"}, {"address", to_string(*traffic)}});
      return false;
    }
  }
  log::info("listening", {{"listener", "traffic"}, {"address", to_string(*traffic)}});
  if (!config_.admin) return true;
  const auto admin = bind(*config_.admin, "admin");
  if (admin.has_error()) return false;
  auto listener = Listener::open(loop_, *admin);
  if (listener.has_error()) {
    log::error("cannot listen", {{"listener", "admin"}, {"address", to_string(*admin)}});
    return false;
  }
  admin_listener_ = std::move(*listener);
  log::info("listening", {{"listener", "admin"}, {"address", to_string(*admin)}});
  return true;
}

Result<Endpoint> App::bind(const ListenAddress& address, std::string_view listener) {
  auto endpoint = reserve_address(address);
  if (endpoint.has_error()) {
    log::error("cannot listen", {{"listener", listener},
                                 {"address", to_string(address)},
                                 {"reason", endpoint.error().message()}});
  }
  return endpoint;
}

void App::on_signal(int number) {
  if (number == SIGHUP) return;  // nothing to reopen: logs go to stderr
  if (++stop_signals_ == 1) {
    log::info("draining", {{"signal", number}});
    spawn(shut_down());
    return;
  }
  log::warn("ending open exchanges", {{"signal", number}});
  pause_.cancel();
  for (const auto& each : workers_) each->cancel_all();
}

Task<void> App::shut_down() {
  if (config_.drain_delay.count() > 0) co_await pause_.wait(in_milliseconds(config_.drain_delay));
  co_await wait_for_workers();
  for (const auto& each : workers_) each->join();
  courier_.stop();
  stopped_ = true;
  key_timer_.cancel();
  admin_.drain();
  admin_.cancel_all();
  signals_->cancel();
  loop_.stop();
  log::info("ended");
}

// Lets open exchanges end, for DRAIN_TIMEOUT or until a second signal.
Task<void> App::wait_for_workers() {
  OneShot<bool> ended;
  workers_ended_ = &ended;
  workers_open_ = workers_.size();
  for (const auto& each : workers_) {
    each->drain([this] {
      loop_.post([this] {
        if (--workers_open_ > 0) return;
        pause_.cancel();
        std::exchange(workers_ended_, nullptr)->set(true);
      });
    });
  }
  const bool in_time =
      stop_signals_ > 1 || !co_await pause_.wait(in_milliseconds(config_.drain_timeout));
  if (workers_open_ > 0) {
    if (!in_time) log::warn("drain timeout, ending open exchanges");
    for (const auto& each : workers_) each->cancel_all();
  }
  co_await ended;
}

// A mounted Secret changes by a rename behind a symbolic link, which no watch on the file itself
// sees: so it is read.
Task<void> App::watch_key_file() {
  Secret current = config_.upstream_key;
  bool warned = false;
  while (!stopped_ && (co_await key_timer_.wait(key_file_interval))) {
    auto text = read_file(config_.upstream_key_file);
    auto key =
        text.has_value() ? parse_upstream_key(std::move(*text)) : Result<Secret>(errc::io_failed);
    if (key.has_error()) {
      if (!std::exchange(warned, true)) {
        log::warn("upstream key file not usable, keeping the last key",
                  {{"file", config_.upstream_key_file}});
      }
      continue;
    }
    warned = false;
    if (*key == current) continue;
    current = *key;
    for (const auto& each : workers_) each->set_key(current);
    log::info("upstream key changed", {{"file", config_.upstream_key_file}});
  }
}

std::string App::metrics() {
  std::vector<const Worker*> workers;
  for (const auto& each : workers_) workers.push_back(each.get());
  return render_metrics(workers, courier_.counts(), token_series_);
}

}  // namespace llmgw::proxy
