// SPDX-License-Identifier: MIT
// Start, run, drain, end.
#include "proxy/app.hpp"

#include <csignal>

#include "common/log/log.hpp"
#include "common/system/open_file_limit.hpp"
#include "proxy/api/ops.hpp"
#include "proxy/metrics.hpp"

namespace llmgw::proxy {
namespace {

// A second signal ends the process within a second: this much of it exchanges that were cut may
// take to end, and this much is left to the last events.
constexpr std::chrono::milliseconds cancel_patience{250};
constexpr std::chrono::milliseconds last_delivery{700};

std::chrono::milliseconds in_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

bool cannot_listen(std::string_view listener, const Endpoint& endpoint) {
  log::error("cannot listen", {{"listener", listener}, {"address", to_string(endpoint)}});
  return false;
}

}  // namespace

App::App(const Config& config, const Environment& environment)
    : config_(config),
      environment_(environment),
      current_(config),
      keys_(std::make_shared<const KeyTable>(config.keys)),
      courier_({.collector = config.collector,
                .statistics_interval = in_milliseconds(config.event_flush_timeout),
                .drain_timeout = in_milliseconds(config.event_drain_timeout),
                .is_spool_ephemeral = config.event_spool_ephemeral}),
      held_memory_(static_cast<std::size_t>(config.held_memory)),
      discovery_(loop_,
                 [this](const auto& all) {
                   for (const auto& each : workers_) each->set_discovered(all);
                 }),
      tokens_(config.events_token.tokens),
      limits_tokens_(config.limits_token.tokens) {
  courier_.authorize(tokens_.authorization());
  limits_.authorize(limits_tokens().authorization());
  const std::size_t share = std::max<std::size_t>(1, config.event_queue_size / config.threads);
  const WorkerShare each = share_descriptors(raise_open_file_limit(), config.threads);
  const Worker::Limits limits{{.connections = each.clients}, {.open = each.upstreams}};
  for (unsigned i = 0; i < config.threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(config, limits, share, courier_, cooling_, keys_));
    workers_.back()->hold_within(held_memory_);
    courier_.serve(workers_.back()->outbox());
  }
  if (config.estimate != EstimateMode::off && config.capture_bytes > 0) {
    estimates_.emplace(share, courier_);
    for (const auto& worker : workers_) worker->estimate_with(estimates_->estimator());
    estimates_->serve(courier_, workers_);
  }
  OpsSource source{[this] { return stop_signals_ == 0; }, [this] { return metrics(); }};
  if (!config.file.path.empty())
    source.config = [this] { return to_json(config_watch_->status()); };
  add_ops_routes(ops_, std::move(source));
}

App::~App() = default;

int App::run() {
  // Signals are held from before the first listener is open, so that none ends the process
  // half-way.
  signals_ = std::make_unique<Signals>(loop_, [this](int number) { on_signal(number); });
  if (!open_spool() || !listen()) return 1;
  tell_keys();
  use_issuer();
  courier_.start();
  if (estimates_) estimates_->estimator().start();
  limits_.use(current_);
  for (const auto& each : workers_) each->start();
  for (auto& each : admin_listeners_) admin_.start(std::move(each));
  watch_files();
  discovery_.use(current_.upstreams);
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
  for (const Endpoint& endpoint : *traffic) {
    for (const auto& each : workers_) {
      if (each->listen(endpoint).has_error()) return cannot_listen("traffic", endpoint);
    }
    log::info("listening", {{"listener", "traffic"}, {"address", to_string(endpoint)}});
  }
  if (!config_.admin) return true;
  const auto admin = bind(*config_.admin, "admin");
  if (admin.has_error()) return false;
  for (const Endpoint& endpoint : *admin) {
    auto listener = Listener::open(loop_, endpoint);
    if (listener.has_error()) return cannot_listen("admin", endpoint);
    admin_listeners_.push_back(std::move(*listener));
    log::info("listening", {{"listener", "admin"}, {"address", to_string(endpoint)}});
  }
  return true;
}

Result<std::vector<Endpoint>> App::bind(const ListenAddress& address, std::string_view listener) {
  auto endpoints = reserve_addresses(address);
  if (endpoints.has_error()) {
    log::error("cannot listen", {{"listener", listener},
                                 {"address", to_string(address)},
                                 {"reason", endpoints.error().message()}});
  }
  return endpoints;
}

void App::on_signal(int number) {
  if (number == SIGHUP) {  // nothing to reopen: logs go to stderr
    if (config_watch_) config_watch_->reload();
    return;
  }
  if (++stop_signals_ == 1) {
    admin_.announce_end();
    for (const auto& each : workers_) each->announce_end();
    log::info("draining", {{"signal", number}});  // when all were told
    spawn(shut_down());
    return;
  }
  log::warn("ending open exchanges", {{"signal", number}});
  if (estimates_) estimates_->estimator().hurry();
  courier_.end_within(last_delivery);
  limits_.hurry();
  pause_.cancel();
  for (const auto& each : workers_) each->cancel_all();
}

Task<void> App::shut_down() {
  discovery_.stop();
  if (jwks_ != nullptr) jwks_->stop();
  if (config_.drain_delay.count() > 0) co_await pause_.wait(in_milliseconds(config_.drain_delay));
  co_await wait_for_workers();
  for (const auto& each : workers_) each->join();
  Child handing_back;  // while there are events to deliver
  handing_back.start(hand_back());
  co_await count_the_last();
  co_await deliver_the_last();
  co_await handing_back.join();
  watches_.clear();
  limits_.stop();
  if (config_watch_) config_watch_->stop();
  admin_.drain();
  admin_.cancel_all();
  signals_->cancel();
  loop_.stop();
  log::info("ended");
}

// The loop goes on meanwhile: for a second signal, and for whoever asks for metrics and health.
Task<void> App::deliver_the_last() {
  OneShot<bool> ended;
  courier_.drain([this, &ended] { loop_.post([&ended] { ended.set(true); }); });
  co_await ended;
  courier_.join();
}

Task<void> App::hand_back() {
  OneShot<bool> ended;
  limits_.drain([&ended] { ended.set(true); });
  co_await ended;
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
        for (Timer* timer : {&pause_, &last_pause_}) timer->cancel();
        std::exchange(workers_ended_, nullptr)->set(true);
      });
    });
  }
  const bool in_time =
      stop_signals_ > 1 || !co_await pause_.wait(in_milliseconds(config_.drain_timeout));
  if (workers_open_ > 0) {
    if (!in_time) log::warn("drain timeout, ending open exchanges");
    for (const auto& each : workers_) each->cancel_all();
    const bool is_stuck = co_await last_pause_.wait(cancel_patience);
    if (is_stuck)
      for (const auto& each : workers_) each->abandon();
  }
  co_await ended;
}

std::string App::metrics() {
  std::vector<const Worker*> workers;
  workers.reserve(workers_.size());
  for (const auto& each : workers_) workers.push_back(each.get());
  return render_metrics(
      workers, courier_.counts(), series_, config_watch_ ? &config_watch_->status() : nullptr,
      cooling_.all(), discovery_.counts(),
      current_.key_mode == KeyMode::off ? nullptr : keys_.get(),
      jwks_ == nullptr ? nullptr : &jwks_->counts(), limits_.decisions(), limits_.scopes(),
      limits_.leases(), estimates_ ? &estimates_->estimator() : nullptr);
}

}  // namespace llmgw::proxy
