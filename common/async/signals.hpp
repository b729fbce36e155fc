// SPDX-License-Identifier: MIT
// Signals of the process, delivered as calls on one loop.
#pragma once

#include <functional>
#include <memory>

#include "common/async/loop.hpp"

namespace llmgw {

/// Takes SIGTERM, SIGINT and SIGHUP from the process for good, and hands them on while it lives.
/// SIGPIPE is ignored. Made before other threads are started, on the thread that runs the loop: no
/// other one is ever interrupted, and what comes before run() waits for it.
class Signals {
 public:
  /// `handle` runs on the loop's thread for each signal, with its number. Throws
  /// boost::system::system_error when the process has no descriptor left.
  Signals(Loop& loop, std::function<void(int)> handle);
  /// The loop runs no more.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Hands on no more, so that the loop can end. On the loop's thread.
  void cancel();

 private:
  struct Set;
  std::unique_ptr<Set> set_;
};

}  // namespace llmgw
