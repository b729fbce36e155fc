// SPDX-License-Identifier: MIT
// Socket: a non-blocking connection, plain or the server's side of TLS.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bench/load/reactor.hpp"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace llmgw::bench {

/// A listening socket on a free port of 127.0.0.1.
int listen_anywhere(std::uint16_t& port);
/// A TLS server's context; throws std::runtime_error where the files are no certificate and key.
SSL_CTX* make_tls_context(const std::string& chain, const std::string& key);

class Socket {
 public:
  Socket() = default;
  ~Socket() { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// Begins to connect; what is sent meanwhile leaves afterwards.
  bool connect(Reactor& reactor, Handler& owner, std::uint16_t port);
  /// Takes over an accepted connection; `tls` may be nullptr.
  void accept(Reactor& reactor, Handler& owner, int descriptor, SSL_CTX* tls);

  enum class Status : std::uint8_t { data, nothing, closed };
  /// Reads once into the scratch buffer that all sockets share.
  Status receive(std::string_view& bytes);
  /// Whether another receive could bring something without an event in between.
  bool may_have_more() const noexcept { return more_; }

  /// Sends now, or keeps what the kernel does not take.
  void send(std::string_view bytes);
  /// Sends what was kept; to be called for EPOLLOUT.
  void flush();
  void close() noexcept;
  bool is_open() const noexcept { return descriptor_ >= 0; }

 private:
  long write(std::string_view bytes);
  void watch_writable(bool wanted);

  Reactor* reactor_ = nullptr;
  Handler* owner_ = nullptr;
  SSL* tls_ = nullptr;
  int descriptor_ = -1;
  bool connecting_ = false;
  bool more_ = false;
  bool waits_to_send_ = false;
  std::string unsent_;
};

}  // namespace llmgw::bench
