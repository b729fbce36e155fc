// SPDX-License-Identifier: MIT
// QueryService: the listener of the query API with all that is behind it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "collector/config.hpp"
#include "collector/query/query_api.hpp"
#include "common/async/file_watch.hpp"

namespace llmgw::collector {

/// Belongs to its loop's thread. Whether it can be had never decides whether events are stored.
class QueryService {
 public:
  /// Both outlive it; the configuration has a store, and an address for this.
  QueryService(Loop& loop, const Config& config);

  /// Binds the address. False where it cannot be had, which it says.
  bool listen();
  /// Answers from now on. `events_port`: to which events are sent; the pipeline, which brings them
  /// to the store, outlives it.
  void start(std::uint16_t events_port, const Pipeline& pipeline);

  /// To be shown what is stored.
  Audience& audience() noexcept { return live_; }
  void set_prices(pricing::PricesPointer prices) { api_.set_prices(std::move(prices)); }

  /// No new connections; open ones end after their answer.
  void drain() {
    live_.end_all();
    server_.drain();
  }
  Task<void> wait_until_empty() { return server_.wait_until_empty(); }
  void cancel_all();
  /// The loop does not end before.
  void stop();

  void add_metrics(std::vector<Metric>& metrics) const { api_.add_metrics(metrics); }

 private:
  void take_tokens(Result<std::string> content);

  Loop& loop_;
  const Config& config_;
  Listening listening_;
  Readers readers_;
  Live live_;
  QueryApi api_;
  http::EndpointServer server_;
  QueryAccess access_;
  std::optional<FileWatch> token_watch_;
};

}  // namespace llmgw::collector
