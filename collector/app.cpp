// SPDX-License-Identifier: MIT
// Start, signals and the ordered end.
#include "collector/app.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "collector/sinks/registry.hpp"
#include "collector/store/store_fault.hpp"
#include "collector/store/store_url.hpp"
#include "common/log/log.hpp"
#include "common/system/open_file_limit.hpp"

namespace llmgw::collector {
namespace {

constexpr std::chrono::seconds grace_time{5};  // for open requests, before they are cut
constexpr std::chrono::seconds write_time{2};  // for the write under way, after that
constexpr std::size_t least_for_bodies = std::size_t{256} << 20;  // bytes in memory
constexpr int address_unavailable_status = 1;
constexpr int store_in_use_status = 1;
constexpr int bad_setting_status = 2;

// Half of what is left beside standard streams, log and loop, and the refusals under way: however
// many connect, the store can be opened anew and the next one can be told that it is too many.
std::size_t most_connections() {
  constexpr std::size_t own = 32 + http::EndpointServer::refusals;
  const std::size_t limit = raise_open_file_limit();
  return limit > own + 1 ? (limit - own) / 2 : 1;
}

bool has_limits(const Config& config) {
  return !config.limits.plans.empty() || !config.limits.tenants.empty() ||
         !config.key_limits.empty();
}

bool has_calendars(const Config& config) {
  const auto has_one = [](const auto& each) {
    return std::any_of(each.limits.begin(), each.limits.end(),
                       [](const auto& rule) { return rule.period.is_calendar(); });
  };
  const auto has_any = [&](const auto& all) {
    return std::any_of(all.begin(), all.end(), has_one);
  };
  return has_any(config.limits.plans) || has_any(config.limits.tenants) ||
         has_any(config.key_limits);
}

// A log is waited for as long as it takes. What a write waits for more events is no fault of its
// store.
std::optional<std::chrono::milliseconds> patience_of(const Config& config, const Store& store) {
  if (config.store_url.empty()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(config.store_timeout) + store.gather;
}

Lender::Rules rules_of(const Config& config) {
  return std::make_shared<const quota::RuleSet>(config.limits, config.key_limits);
}

}  // namespace

App::App(const Config& config, const Environment& environment)
    : config_(config),
      environment_(environment),
      server_(loop_, router_, {.connections = most_connections()}) {}

// The address comes first: a second collector that was started by mistake must not get to touch the
// store of the first.
int App::run() {
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit is an error of that write alone
  // Held from here on, handled once the loop runs: none ends the process half-way.
  signals_.emplace(loop_, [this](int number) { on_signal(number); });
  if (!listen() || !open_query()) return address_unavailable_status;
  if (const int status = open_store(); status != 0) return status;
  pipeline_.emplace(loop_, *store_.sink, patience_of(config_, store_), store_.gather);
  if (query_) pipeline_->set_audience(&query_->audience());
  const std::size_t bodies_most =
      std::max<std::size_t>(least_for_bodies, 4 * config_.max_events_body);
  ingest_.emplace(*pipeline_, config_.max_events_body, bodies_most);
  if (!open_lender()) return bad_setting_status;
  watch_config();
  ops_.emplace(*pipeline_, *ingest_, server_, store_,
               config_watch_ ? &config_watch_->status() : nullptr, query_ ? &*query_ : nullptr,
               lender_ ? &*lender_ : nullptr, leases_ ? &*leases_ : nullptr);
  guard();
  guard_lender();
  add_routes();
  for (const Endpoint& each : listening_.addresses)
    log::info("listening", {{"listener", "events"}, {"address", to_string(each)}});
  if (store_.maintain) {
    upkeep_.emplace(loop_, *pipeline_, store_);
    upkeep_->start();
  }
  for (auto& each : listening_.listeners) server_.start(std::move(each));
  if (query_) query_->start(listening_.addresses.front().port(), *pipeline_);
  loop_.run();
  log::info("stopped");
  return 0;
}

bool App::listen() {
  auto listening = listen_at(loop_, config_.listen);
  if (listening) {
    listening_ = std::move(*listening);
    return true;
  }
  log::error("cannot listen", {{"variable", "PORT"},
                               {"address", to_string(config_.listen)},
                               {"reason", listening.error().message()}});
  return false;
}

// The default address is a convenience: without it there are no answers, but events are stored.
bool App::open_query() {
  if (!config_.query_listen) return true;
  query_.emplace(loop_, config_);
  if (query_->listen()) return true;
  query_.reset();
  return !config_.is_query_listen_set;
}

// The exit status, or 0.
int App::open_store() {
  auto opened = collector::open_store(store_url(config_), config_);
  if (opened.has_error()) {
    const bool is_log = config_.store_url.empty();
    const std::string_view accepted =
        is_log ? "a file that can be appended to and that no other collector uses"
        : store_is_remote(config_.store_url)
            ? "a server that lets this user in, and tables that this collector knows"
            : "a file in a folder that can be written to, and that no other collector uses";
    log::error("cannot open the store",
               {{"variable", is_log ? "EVENT_LOG_PATH" : "STORE_URL"},
                {"value", is_log ? config_.event_log_path : config_.store_url},
                {"reason", opened.error().message()},
                {"accepted", accepted}});
    return opened.error() == StoreFault::in_use ? store_in_use_status : bad_setting_status;
  }
  store_ = std::move(*opened);
  return 0;
}

// From the start, and for as long as it runs.
void App::guard() {
  const EventsToken& token = config_.events_token;
  if (token.file.empty())
    return log::warn("EVENTS_TOKEN_FILE is not set: anyone who reaches this port may write events");
  const bool is_for_both = config_.limits_token.file.empty();
  events_token_.emplace(loop_, token, "events token", [this, is_for_both](const auto& tokens) {
    ingest_->gate().set_tokens(tokens);
    if (leases_ && is_for_both) leases_->gate().set_tokens(tokens);
  });
}

void App::guard_lender() {
  if (!leases_) return;
  const EventsToken& token = config_.limits_token;
  if (!token.file.empty()) {
    limits_token_.emplace(loop_, token, "limits token",
                          [this](const auto& tokens) { leases_->gate().set_tokens(tokens); });
  } else if (config_.events_token.file.empty() && has_limits(config_)) {
    log::warn("LIMITS_TOKEN_FILE is not set: anyone who reaches this port may use up limits");
  }
}

// Where there is no configuration file there is nothing to lend.
bool App::open_lender() {
  if (config_.file.path.empty()) return true;
  std::unique_ptr<Ledger> ledger;
  if (!config_.limits_state_dir.empty()) {
    auto opened = Ledger::open(config_.limits_state_dir);
    if (opened.has_error()) return cannot_open_ledger(opened.error());
    ledger = std::move(*opened);
  }
  if (ledger == nullptr && has_calendars(config_))
    log::warn("LIMITS_STATE_DIR is not set: limits by the day, week or month are not lent");
  lender_.emplace(loop_, rules_of(config_), config_.file.hash, std::move(ledger));
  if (const auto loaded = lender_->load(); loaded.has_error())
    return cannot_open_ledger(loaded.error());
  leases_.emplace(*lender_);
  lender_->start();
  return true;
}

bool App::cannot_open_ledger(const boost::system::error_code& fault) const {
  log::error("cannot open the ledger of budgets",
             {{"variable", "LIMITS_STATE_DIR"},
              {"value", config_.limits_state_dir},
              {"reason", fault.message()},
              {"accepted", "a folder that can be written and that no other collector uses"}});
  return false;
}

// Of the file the limits are lent, and the prices told to those who ask.
void App::watch_config() {
  if (config_.file.path.empty()) return;
  config_watch_.emplace(loop_, config_.file,
                        [this](const FileReader& read) -> Checked<ConfigOrigin> {
                          auto config = reload_config(config_, environment_, read);
                          if (config.has_error()) return config.error();
                          if (query_) query_->set_prices(config->prices);
                          lender_->set_rules(rules_of(*config), config->file.hash);
                          return std::move(config->file);
                        });
  config_watch_->start();
}

void App::add_routes() {
  using Call = http::EndpointExchange;
  router_.add("POST", "/events", [this](Call& exchange) { return ingest_->post(exchange); });
  router_.add("GET", "/healthz", [this](Call& exchange) { return ops_->healthz(exchange); });
  router_.add("GET", "/readyz", [this](Call& exchange) { return ops_->readyz(exchange); });
  router_.add("GET", "/metrics", [this](Call& exchange) { return ops_->metrics(exchange); });
  if (!config_watch_) return;
  router_.add("POST", "/limits/v1/sync",
              [this](Call& exchange) { return leases_->post(exchange); });
  router_.add("GET", "/configz", [this](Call& exchange) { return ops_->configz(exchange); });
}

void App::on_signal(int number) {
  if (number == SIGHUP) {
    if (store_.on_hangup) pipeline_->between_writes(store_.on_hangup);
    if (config_watch_) config_watch_->reload();
  } else if (std::exchange(ending_, true)) {
    cut_connections();
  } else {
    log::info("stopping");
    spawn(shut_down());
  }
}

void App::cut_connections() {
  server_.cancel_all();
  if (query_) query_->cancel_all();
}

// A request ends after its write, or before it where that takes too long; once no write is under
// way nothing is left to flush.
Task<void> App::shut_down() {
  server_.drain();
  if (query_) query_->drain();
  Child watch;
  watch.start(end_grace());
  co_await server_.wait_until_empty();
  if (query_) co_await query_->wait_until_empty();
  co_await pipeline_->wait_until_idle();
  grace_.cancel();
  co_await watch.join();
  if (upkeep_) upkeep_->stop();
  if (query_) query_->stop();
  if (events_token_) events_token_->stop();
  if (limits_token_) limits_token_->stop();
  if (lender_) lender_->stop();
  if (config_watch_) config_watch_->stop();
  signals_->cancel();
  loop_.stop();
}

Task<void> App::end_grace() {
  const bool is_late = co_await grace_.wait(grace_time);
  if (!is_late) co_return;
  log::warn("open requests are cut", {{"connections", server_.open_connections()}});
  cut_connections();
  const bool is_stuck = co_await grace_.wait(write_time);
  if (!is_stuck) co_return;
  // A write that does not return (a pipe nobody reads, a dead NFS server) cannot be called off.
  // Its events were not acknowledged, so they will be sent again.
  log::error("the store takes nothing; giving up the write under way");
  std::_Exit(EXIT_FAILURE);
}

}  // namespace llmgw::collector
