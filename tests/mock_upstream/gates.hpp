// SPDX-License-Identifier: MIT
// Gates: named points where answers wait until a test lets them pass.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/mock_upstream/wakeup.hpp"

namespace llmgw::mock {

/// A gate that was opened stays open. Any thread.
class Gates {
 public:
  /// False if the gate is open; otherwise `waiter` will be woken by open().
  bool is_shut_for(const std::string& name, std::shared_ptr<Wakeup> waiter) {
    const std::lock_guard lock(mutex_);
    Gate& gate = gates_[name];
    if (!gate.open) gate.waiting.push_back(std::move(waiter));
    return !gate.open;
  }

  /// How many waited.
  std::size_t open(const std::string& name) {
    const std::lock_guard lock(mutex_);
    Gate& gate = gates_[name];
    gate.open = true;
    for (const auto& each : gate.waiting) each->wake();
    return std::exchange(gate.waiting, {}).size();
  }

 private:
  struct Gate {
    bool open = false;
    std::vector<std::shared_ptr<Wakeup>> waiting;
  };
  std::mutex mutex_;
  std::map<std::string, Gate> gates_;
};

}  // namespace llmgw::mock
