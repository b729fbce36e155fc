// SPDX-License-Identifier: MIT
// RequestPump: sends the rest of a request while its answer is waited for, or on its way already.
#pragma once

#include <chrono>

#include "common/async/spawn.hpp"
#include "common/net/byte_stream.hpp"
#include "proxy/upstream/client_request.hpp"

namespace llmgw::proxy {

/// Belongs to one attempt, and is joined before that ends.
class RequestPump {
 public:
  /// Sends what the upstream's socket did not take at once, then what is still to come from the
  /// client. Both outlive the pump.
  void start(ClientRequest& request, ByteStream& upstream, std::chrono::milliseconds silence);
  bool is_running() const noexcept { return child_.is_running(); }
  bool is_started() const noexcept { return child_.is_started(); }
  /// Why the client's request went wrong; errc::ok if it did not.
  errc fault() const noexcept { return fault_; }

  /// The answer is over, or of no interest: nothing that happens from now on is a fault. Whoever
  /// calls closes the upstream's stream if it is still being sent to.
  void announce_end() noexcept { is_over_ = true; }
  Task<void> join() { return child_.join(); }

 private:
  Task<void> run(ClientRequest& request, ByteStream& upstream, std::chrono::milliseconds silence);
  void conclude(ClientRequest& request, ByteStream& upstream, std::chrono::milliseconds silence,
                const RelayEnd& end);

  Child child_;
  errc fault_ = errc::ok;
  bool is_over_ = false;
};

}  // namespace llmgw::proxy
