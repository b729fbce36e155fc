// SPDX-License-Identifier: MIT
// Reading a request's body, and how much all bodies together may hold.
#pragma once

#include <chrono>
#include <string>

#include "common/http/exchange.hpp"

namespace llmgw::collector {

/// Bytes that all requests may hold at a time, so that many large ones cannot use up the memory.
/// Belongs to one loop.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t most) : most_(most) {}

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

/// What one request holds of it.
class BodyShare {
 public:
  explicit BodyShare(BodyBudget& budget) noexcept : budget_(budget) {}
  ~BodyShare() { budget_.give(taken_); }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

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

/// The whole body. errc::body_too_large beyond `most` bytes, errc::overloaded where the budget does
/// not have them; otherwise as Exchange::read_body, BodyPace included.
Task<Result<std::string>> read_body(http::Exchange& exchange, std::size_t most, BodyShare& share);

}  // namespace llmgw::collector
