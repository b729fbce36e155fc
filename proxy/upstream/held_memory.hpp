// SPDX-License-Identifier: MIT
// PURE: how much the requests that are held take, and whether there may be more.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace llmgw::proxy {

/// Of a process. Its workers take from it in steps, so that they seldom meet here. Any thread.
class HeldMemory {
 public:
  explicit HeldMemory(std::size_t most) noexcept : left_(most) {}

  /// All of it, or nothing.
  bool take(std::size_t bytes) noexcept {
    std::size_t left = left_.load(std::memory_order_relaxed);
    while (left >= bytes) {
      if (left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void give(std::size_t bytes) noexcept { left_.fetch_add(bytes, std::memory_order_relaxed); }
  std::size_t left() const noexcept { return left_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> left_;
};

/// What one worker holds. What has come is held even where there is no room: it is asked before
/// more is read. Belongs to its worker's thread.
class HeldBytes {
 public:
  static constexpr std::size_t step = 256 * 1024;

  HeldBytes() noexcept = default;
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;
  ~HeldBytes() {
    if (all_ != nullptr) all_->give(granted_);
  }

  /// There is a bound from now on, which outlives this. Before anything is held.
  void share(HeldMemory& all) noexcept { all_ = &all; }

  /// Something that took `before` takes `now`.
  void change(std::size_t before, std::size_t now) noexcept {
    used_ = used_ - before + now;
    if (used_ > granted_) {
      (void)grow();
    } else if (granted_ - used_ > 2 * step) {
      give_back();
    }
  }

  std::size_t size() const noexcept { return used_; }
  /// Whether more may be read.
  bool has_room() noexcept { return used_ <= granted_ || grow(); }
  /// Whether so much more may be.
  bool has_room_for(std::size_t bytes) const noexcept {
    return all_ == nullptr || bytes <= all_->left() + granted_ - std::min(used_, granted_);
  }

 private:
  bool grow() noexcept {
    if (all_ == nullptr) return true;
    const std::size_t needed = used_ - granted_;
    const std::size_t whole = (needed + step - 1) / step * step;
    for (const std::size_t each : {whole, needed}) {
      if (!all_->take(each)) continue;
      granted_ += each;
      return true;
    }
    return false;
  }
  void give_back() noexcept {
    const std::size_t spare = granted_ - used_ - step;
    granted_ -= spare;
    all_->give(spare);
  }

  HeldMemory* all_ = nullptr;  // null: there is no bound
  std::size_t used_ = 0;
  std::size_t granted_ = 0;  // of all
};

}  // namespace llmgw::proxy
