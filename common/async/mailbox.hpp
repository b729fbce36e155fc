// SPDX-License-Identifier: MIT
// Mailbox: work that other threads hand to a loop.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "common/async/poller.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw {

/// An eventfd(2) wakes the loop. Only put() and is_empty() may be called by any thread.
class Mailbox final : public Poller::Target {
 public:
  /// Throws std::system_error without descriptors.
  explicit Mailbox(Poller& poller);

  void put(std::function<void()> work);
  bool is_empty() const;

 private:
  void ready(std::uint32_t events) override;

  Descriptor bell_;
  mutable std::mutex mutex_;
  std::vector<std::function<void()>> work_;
};

}  // namespace llmgw
