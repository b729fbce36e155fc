// SPDX-License-Identifier: MIT
// EndpointServer: what the gateway answers itself, on Asio's sockets and with Boost.Beast: events,
// health, metrics.
#pragma once

#include <chrono>
#include <memory>

#include "common/http/endpoint_exchange.hpp"
#include "common/net/session_server.hpp"

namespace llmgw::http {

class SpareBuffers;

/// What an end point does with requests. Outlives its server.
class EndpointHandler {
 public:
  virtual ~EndpointHandler() = default;
  /// Answers one request. The connection is closed afterwards unless the exchange is reusable.
  virtual Task<void> handle(EndpointExchange& exchange) = 0;
  /// Answers what was not a request (errc of EndpointConnection::read_head, errc::overloaded); the
  /// connection is closed afterwards.
  virtual Task<void> refuse(EndpointExchange& exchange, errc fault) = 0;
};

struct EndpointLimits {
  std::chrono::milliseconds head =
      std::chrono::seconds(10);  ///< from a head's first byte to its last
  std::chrono::milliseconds idle =
      std::chrono::seconds(90);  ///< from one exchange to the next head
  std::chrono::milliseconds progress = std::chrono::seconds(60);  ///< see EndpointConnection::make
  std::size_t connections = ~std::size_t{0};                      ///< open at a time
};

/// Belongs to its loop's thread.
class EndpointServer final : public SessionServer {
 public:
  EndpointServer(Loop& loop, EndpointHandler& handler, EndpointLimits limits = {});
  ~EndpointServer();

 private:
  class ClientSession;
  using Connection = std::unique_ptr<EndpointConnection>;

  Result<void> accept(Descriptor socket) override;
  Task<void> run(Connection connection, Admission admitted);
  Task<void> serve(ClientSession& client);
  Task<bool> serve_one(ClientSession& client);
  Task<void> refuse(ClientSession& client, errc fault);

  EndpointHandler& handler_;
  const EndpointLimits limits_;
  std::unique_ptr<SpareBuffers> buffers_;
  std::uint64_t accepted_ = 0;
};

}  // namespace llmgw::http
