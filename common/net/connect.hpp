// SPDX-License-Identifier: MIT
// Outgoing connections: from addresses to a connected stream.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "common/net/byte_stream.hpp"
#include "common/net/endpoint.hpp"

namespace llmgw {

/// Something that may be told to give up: the step under way then fails with errc::cancelled.
/// Belongs to its loop's thread.
class ConnectAttempt {
 public:
  /// Idempotent.
  void cancel() noexcept {
    cancelled_ = true;
    if (give_up_) give_up_();
  }
  bool is_cancelled() const noexcept { return cancelled_; }
  /// Whether a step, which has a limit of its own, is under way.
  bool is_under_way() const noexcept { return give_up_ != nullptr; }

  /// Says for one scope how the step in it is ended.
  class Step {
   public:
    Step(ConnectAttempt* attempt, std::function<void()> give_up) : attempt_(attempt) {
      if (attempt_ == nullptr) return;
      if (attempt_->cancelled_) give_up();
      attempt_->give_up_ = std::move(give_up);
    }
    ~Step() {
      if (attempt_ != nullptr) attempt_->give_up_ = nullptr;
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    ConnectAttempt* attempt_;
  };

 private:
  std::function<void()> give_up_;
  bool cancelled_ = false;
};

/// Tries the addresses in order, the next one a quarter of a second after the last or when that
/// failed, until one accepts (RFC 8305 section 5); `limit` bounds all of it together.
/// errc::refused if all refuse, errc::timed_out if time ends first, errc::overloaded without
/// descriptors, errc::cancelled. `attempt` may be nullptr.
Task<Result<ByteStream::Pointer>> connect(Loop& loop, std::vector<Endpoint> endpoints,
                                          std::chrono::milliseconds limit, ConnectAttempt* attempt);

}  // namespace llmgw
