// SPDX-License-Identifier: MIT
// PURE: how much the bodies of all requests together may hold.
#pragma once

#include <cstddef>

namespace llmgw::http {

/// Bytes that all requests may hold at a time, so that many large ones cannot use up the memory.
/// Belongs to one loop.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t most) noexcept : most_(most) {}

  bool take(std::size_t bytes) noexcept {
    if (bytes > most_ - held_) return false;
    held_ += bytes;
    return true;
  }
  void give(std::size_t bytes) noexcept { held_ -= bytes; }
  std::size_t held() const noexcept { return held_; }

 private:
  std::size_t most_;
  std::size_t held_ = 0;
};

/// What one request holds of it, until this is destroyed.
class BodyShare {
 public:
  explicit BodyShare(BodyBudget& budget) noexcept : budget_(budget) {}
  ~BodyShare() { budget_.give(taken_); }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

  /// False, and nothing taken, where the budget does not have them.
  bool take(std::size_t bytes) noexcept {
    if (!budget_.take(bytes)) return false;
    taken_ += bytes;
    return true;
  }
  std::size_t taken() const noexcept { return taken_; }

 private:
  BodyBudget& budget_;
  std::size_t taken_ = 0;
};

}  // namespace llmgw::http
