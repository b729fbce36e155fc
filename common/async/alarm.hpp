// SPDX-License-Identifier: MIT
// Alarm: one call after some time. What is set for each request is a Deadline instead.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace llmgw {

class Loop;

/// A timer of Asio that says nothing once it was cancelled, however late that was. Belongs to its
/// loop's thread. Rings once for each time it is set, unless cancelled, set anew or destroyed
/// before.
class Alarm {
 public:
  explicit Alarm(Loop& loop) noexcept : loop_(loop) {}
  ~Alarm() { cancel(); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// `rings` may destroy the alarm.
  void set(std::chrono::milliseconds after, std::function<void()> rings);
  /// Nothing is called.
  void cancel() noexcept;
  bool is_set() const noexcept { return wait_ != nullptr; }

 private:
  struct Wait;
  Loop& loop_;
  std::shared_ptr<Wait> wait_;
};

}  // namespace llmgw
