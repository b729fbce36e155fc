// SPDX-License-Identifier: MIT
// Visit: one exchange as seen from its connection; notices at once when the client leaves.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "common/http/endpoint_exchange.hpp"
#include "tests/mock_upstream/gates.hpp"
#include "tests/mock_upstream/recorder.hpp"

namespace llmgw::mock {

/// Lives in the coroutine that answers. All waits end early, with false, once the client is gone.
class Visit final {
 public:
  Visit(http::EndpointExchange& exchange, Recorder& recorder, std::uint64_t connection)
      : exchange_(exchange),
        recorder_(recorder),
        connection_(connection),
        wakeup_(std::make_shared<Wakeup>(exchange.loop())) {}
  ~Visit() { exchange_.watch(nullptr); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  std::uint64_t connection() const noexcept { return connection_; }

  /// To be called once the request's body was read.
  void watch();
  /// Says that the client has left, where a read or write has shown it.
  void note_gone() noexcept;
  /// Says that the client has its whole answer.
  void note_answered();

  Task<bool> pause(std::chrono::milliseconds duration);
  Task<bool> pass(Gates& gates, const std::string& name);
  Task<bool> wait_until_gone();

  /// Sends bytes as they are. Once they are on their way the exchange counts as started.
  Task<bool> send_raw(std::string_view bytes);
  /// Looks at the outcome of a send: false if the client is gone.
  bool check(const Result<void>& sent) noexcept;

 private:
  http::EndpointExchange& exchange_;
  Recorder& recorder_;
  std::uint64_t connection_;
  std::shared_ptr<Wakeup> wakeup_;
  bool gone_ = false;
  bool answered_ = false;
};

}  // namespace llmgw::mock
