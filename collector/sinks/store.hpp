// SPDX-License-Identifier: MIT
// Store: a sink that is open, and the few things beside writing that its kind takes part in.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "collector/sinks/sink.hpp"
#include "common/metrics/prometheus_text.hpp"

namespace llmgw::collector {

/// What a kind of sink has no use for stays empty.
struct Store {
  std::unique_ptr<Sink> sink;
  /// Called after SIGHUP, on the thread that writes, between two writes. It says itself what came
  /// of it.
  std::function<void()> on_hangup = {};
  /// Called at start and every so often, on the thread that writes, between two writes: does a
  /// little of what is due from time to time. True: there is more, and it is called again soon.
  std::function<bool()> maintain = {};
  std::chrono::milliseconds maintain_every = std::chrono::hours(1);
  /// How long a write waits for more events; for a kind to which each write is dear.
  std::chrono::milliseconds gather{0};
  /// Appends what the kind tells of itself, for /metrics. Called on any thread, also during a
  /// write.
  std::function<void(std::vector<Metric>&)> add_metrics = {};
};

}  // namespace llmgw::collector
