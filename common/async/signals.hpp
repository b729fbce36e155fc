// SPDX-License-Identifier: MIT
// Signals of the process, delivered as calls on one loop.
#pragma once

#include <functional>
#include <memory>

#include "common/async/loop.hpp"

namespace llmgw {

/// Takes SIGTERM, SIGINT and SIGHUP from the process for good, and hands them on while it lives.
/// SIGPIPE is ignored. Made before other threads are started: they inherit that the three are
/// blocked.
class Signals {
 public:
  /// `handle` runs on the loop's thread for each signal, with its number. Throws std::system_error
  /// when the process has no descriptor left.
  Signals(Loop& loop, std::function<void(int)> handle);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Hands on no more, so that the loop can end. On the loop's thread.
  void cancel();

 private:
  struct Source;
  std::unique_ptr<Source> source_;
};

}  // namespace llmgw
