// SPDX-License-Identifier: MIT
// Server: the connections of one listener on one loop, each a session that reads requests one after
// the other.
#pragma once

#include <chrono>

#include "common/net/session_server.hpp"
#include "proxy/http/exchange.hpp"
#include "proxy/http/head_reader.hpp"

namespace llmgw::http {

/// What a server does with requests. Outlives it.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Answers one request. The connection is closed afterwards unless the exchange is reusable.
  virtual Task<void> handle(Exchange& exchange) = 0;
  /// Answers what was not a request (errc of HeadReader and the head parser); the connection is
  /// closed afterwards.
  virtual Task<void> refuse(Exchange& exchange, errc fault) = 0;
};

struct ServerLimits {
  std::chrono::milliseconds head =
      std::chrono::seconds(10);  ///< from a head's first byte to its last
  std::chrono::milliseconds idle =
      std::chrono::seconds(90);  ///< from one exchange to the next head
  std::chrono::milliseconds progress = Exchange::progress_timeout;  ///< see Exchange
  std::size_t connections = ~std::size_t{0};                        ///< open at a time
};

/// Belongs to its loop's thread.
class Server final : public SessionServer {
 public:
  Server(Loop& loop, Handler& handler, ServerLimits limits = {}) noexcept
      : SessionServer(loop, limits.connections), handler_(handler), limits_(limits) {}

 private:
  class ClientSession;

  Result<void> accept(Descriptor socket) override;
  Task<void> run(ByteStream::Pointer stream);
  Task<void> turn_away(ByteStream::Pointer stream);
  Task<bool> serve_one(ClientSession& client);
  Task<void> refuse(ByteStream& stream, errc fault);
  static Task<void> linger(ByteStream& stream);

  Handler& handler_;
  const ServerLimits limits_;
  FieldStorage fields_;
};

}  // namespace llmgw::http
