// SPDX-License-Identifier: MIT
// Live: events to those who look on, as they are stored.
#pragma once

#include <map>
#include <string>

#include "collector/pipeline/pipeline.hpp"
#include "collector/query/live_tap.hpp"
#include "common/http/endpoint_exchange.hpp"

namespace llmgw::collector {

/// A stream of server-sent events a viewer: `event` (as it was sent), `skipped` (how many were too
/// many to show) and `summary` (what all of them come to), both each second. Nobody who stores
/// waits for a viewer. Belongs to its loop's thread.
class Live final : public Audience {
 public:
  static constexpr std::size_t most_viewers = 32;
  static constexpr std::size_t most_events = 50;  ///< a second and viewer

  explicit Live(Loop& loop) : loop_(loop) {}
  ~Live() override;

  bool is_full() const noexcept { return viewers_.size() >= most_viewers; }
  /// Answers the request, until its client leaves, takes nothing for too long or end_all() is
  /// called; after an hour it has to ask again.
  Task<void> serve(http::EndpointExchange& exchange, Filter filter);
  /// Every stream ends in good order; browsers ask again.
  void end_all();

  std::shared_ptr<EventTap> begin_write() override;
  void end_write(EventTap& tap) override;

  void add_metrics(std::vector<Metric>& metrics) const;

 private:
  class Viewer;

  Loop& loop_;
  std::map<std::uint64_t, Viewer*> viewers_;  // they live in the coroutines of their requests
  std::uint64_t last_ = 0;
  std::uint64_t shown_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace llmgw::collector
