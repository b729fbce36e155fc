// SPDX-License-Identifier: MIT
// Address, tokens, and the end.
#include "collector/query/query_service.hpp"

#include "collector/query/reader_registry.hpp"
#include "common/log/log.hpp"

namespace llmgw::collector {
namespace {

constexpr std::size_t most_connections = 256;

}  // namespace

QueryService::QueryService(Loop& loop, const Config& config)
    : loop_(loop),
      config_(config),
      readers_(loop, config.query_threads,
               std::chrono::duration_cast<std::chrono::milliseconds>(config.query_timeout),
               [&config] { return open_reader(config.store_url, config); }),
      live_(loop),
      api_(readers_, live_),
      server_(loop, api_, {.connections = most_connections}),
      access_(config.query_access) {}

bool QueryService::listen() {
  auto listening = listen_at(loop_, *config_.query_listen);
  if (listening) {
    listening_ = std::move(*listening);
    return true;
  }
  const std::string address = to_string(*config_.query_listen);
  const std::string reason = listening.error().message();
  if (config_.is_query_listen_set) {
    log::error("cannot listen",
               {{"variable", "QUERY_LISTEN_ADDR"}, {"address", address}, {"reason", reason}});
  } else {
    log::warn("no query API: its default address cannot be had",
              {{"variable", "QUERY_LISTEN_ADDR"}, {"address", address}, {"reason", reason}});
  }
  return false;
}

void QueryService::start(std::uint16_t events_port, const Pipeline& pipeline) {
  api_.gate().set_access(access_);
  api_.gate().set_public_url(config_.query_public_url);
  api_.set_prices(config_.prices);
  api_.set_intake(events_port, pipeline);
  if (!config_.query_tokens_file.empty()) {
    token_watch_.emplace(loop_, config_.query_tokens_file,
                         [this](Result<std::string> content) { take_tokens(std::move(content)); });
    token_watch_->start();
  }
  for (const Endpoint& each : listening_.addresses)
    log::info("listening", {{"listener", "query"}, {"address", to_string(each)}});
  for (auto& each : listening_.listeners) server_.start(std::move(each));
}

void QueryService::take_tokens(Result<std::string> content) {
  auto access = content ? QueryAccess::parse(*content) : content.error();
  if (!access)
    return log::warn("query tokens file not usable, keeping the last tokens",
                     {{"file", config_.query_tokens_file}, {"reason", access.error().message()}});
  if (*access == access_) return;
  access_ = std::move(*access);
  api_.gate().set_access(access_);
  live_.end_all();  // who may still look on asks again
  log::info("query tokens changed", {{"file", config_.query_tokens_file}});
}

// Answers that are being made end too: nothing would take them any more.
void QueryService::cancel_all() {
  readers_.cancel();
  live_.end_all();
  server_.cancel_all();
}

void QueryService::stop() {
  if (token_watch_) token_watch_->stop();
}

}  // namespace llmgw::collector
