// SPDX-License-Identifier: MIT
// Signals of the process, delivered as calls on one loop.
#pragma once

#include <functional>
#include <memory>

#include "common/async/loop.hpp"

namespace llmgw {

/// Catches SIGTERM, SIGINT and SIGHUP while it lives, and ignores SIGPIPE for good.
class Signals {
 public:
  /// `handle` runs on the loop's thread for each signal, with its number.
  Signals(Loop& loop, std::function<void(int)> handle);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Stops catching, so that the loop can end. On the loop's thread.
  void cancel();

 private:
  struct Set;
  std::unique_ptr<Set> set_;
};

}  // namespace llmgw
