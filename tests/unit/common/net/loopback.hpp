// SPDX-License-Identifier: MIT
// Loopback sockets that behave in one way each, and a loop that runs one task to its end.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <stdexcept>

#include "common/async/loop.hpp"
#include "common/async/spawn.hpp"
#include "common/net/endpoint.hpp"
#include "common/net/look_up.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw {

/// A port on 127.0.0.1 that is bound, and listens where a backlog is given.
class LoopbackPort {
 public:
  explicit LoopbackPort(std::optional<int> backlog = std::nullopt)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)), endpoint_(literal_address("127.0.0.1", 0)[0]) {
    socklen_t size = static_cast<socklen_t>(endpoint_.size());
    if (::bind(socket_.number(), endpoint_.data(), size) != 0) throw std::runtime_error("bind");
    ::getsockname(socket_.number(), endpoint_.data(), &size);
    if (backlog) ::listen(socket_.number(), *backlog);
  }
  /// Fills the backlog: whoever connects from now on hears nothing.
  void fall_silent() {
    for (Descriptor& each : waiting_) {
      each = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      ::connect(each.number(), endpoint_.data(), static_cast<socklen_t>(endpoint_.size()));
    }
  }
  /// Connections taken from now on have little room for what they are sent.
  void take_little() const {
    const int size = 4096;
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  /// Whether somebody connects within the time given.
  bool is_called_within(std::chrono::milliseconds time) const {
    pollfd waited{socket_.number(), POLLIN, 0};
    return ::poll(&waited, 1, static_cast<int>(time.count())) == 1;
  }
  Descriptor accept() const { return Descriptor(::accept(socket_.number(), nullptr, nullptr)); }
  const Endpoint& endpoint() const noexcept { return endpoint_; }
  std::uint16_t port() const noexcept { return endpoint_.port(); }

 private:
  Descriptor socket_;
  Endpoint endpoint_;
  std::array<Descriptor, 4> waiting_;
};

/// Runs a task to its end on a loop that is used for nothing afterwards.
inline void run(Loop& loop, Task<void> task) {
  spawn([](Loop& own, Task<void> owned) -> Task<void> {
    co_await std::move(owned);
    own.stop();
  }(loop, std::move(task)));
  loop.run();
}

}  // namespace llmgw
