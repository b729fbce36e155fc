// SPDX-License-Identifier: MIT
// Listener: a bound address of which every loop holds a socket of its own (SO_REUSEPORT).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/async/loop.hpp"
#include "common/net/endpoint.hpp"
#include "common/settings/listen_address.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw {

/// Finds out which addresses to listen on: resolves port 0 to a free one, the same for all, and
/// refuses an address that another process holds, which SO_REUSEPORT alone would not.
/// errc::address_in_use, errc::address_unavailable. One, or for `localhost` those loopback
/// addresses that this machine has.
Result<std::vector<Endpoint>> reserve_addresses(const ListenAddress& address);
/// The same for what is one address, so not `localhost`.
Result<Endpoint> reserve_address(const ListenAddress& address);

/// Accepts connections on one loop.
class Listener {
 public:
  /// Takes a connected socket that does not block. errc::overloaded where there is no memory for
  /// it; whatever else goes wrong with it is the connection's own end.
  using Accept = std::function<Result<void>(Descriptor)>;

  /// Binds and listens; connections queue up from here on.
  static Result<std::unique_ptr<Listener>> open(Loop& loop, const Endpoint& endpoint);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Hands every connection to `accept`, on the loop, until close(). When descriptors or memory run
  /// out it pauses and tries again a tenth of a second later.
  void start(Accept accept);

  /// Accepts what the kernel has queued already, then stops. On the loop's thread.
  void close();

 private:
  struct Acceptor;
  explicit Listener(std::shared_ptr<Acceptor> acceptor) noexcept;
  std::shared_ptr<Acceptor> acceptor_;
};

/// One loop at all addresses of a setting.
struct Listening {
  std::vector<Endpoint> addresses;
  std::vector<std::unique_ptr<Listener>> listeners;  ///< of each
};
/// All or none; errors as of reserve_addresses().
Result<Listening> listen_at(Loop& loop, const ListenAddress& address);

}  // namespace llmgw
