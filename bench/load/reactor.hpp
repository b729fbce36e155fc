// SPDX-License-Identifier: MIT
// Reactor: a bare epoll loop, so that the generator costs less than what it measures.
#pragma once

#include <cstdint>

namespace llmgw::bench {

/// Something with a descriptor in the reactor. It is freed between two turns only: an event of the
/// current batch may still refer to it.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void ready(std::uint32_t events) = 0;
};

class Reactor {
 public:
  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  void add(int descriptor, Handler& handler, std::uint32_t events);
  void change(int descriptor, Handler& handler, std::uint32_t events);

  /// Waits for events until `until` (on now_ns()'s clock) at the latest, and handles one batch.
  void turn(std::int64_t until);

 private:
  int descriptor_;
};

}  // namespace llmgw::bench
