// SPDX-License-Identifier: MIT
// Upkeep: has the store do, at start and every so often, what is due from time to time.
#pragma once

#include "collector/pipeline/pipeline.hpp"
#include "collector/sinks/store.hpp"
#include "common/async/alarm.hpp"

namespace llmgw::collector {

/// Step by step, so that writes have their turn in between. Belongs to the pipeline's loop.
class Upkeep {
 public:
  /// All outlive it; the store has something to maintain.
  Upkeep(Loop& loop, Pipeline& pipeline, const Store& store)
      : loop_(loop), pipeline_(pipeline), store_(store), alarm_(loop) {}

  /// The loop does not end before stop().
  void start() { step(); }
  void stop() noexcept;

 private:
  void step();
  void go_on(bool is_more);

  Loop& loop_;
  Pipeline& pipeline_;
  const Store& store_;
  Alarm alarm_;
  bool is_ending_ = false;
};

}  // namespace llmgw::collector
