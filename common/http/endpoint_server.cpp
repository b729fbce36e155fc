// SPDX-License-Identifier: MIT
// The session loop: read a head, have it answered, go on or close.
#include "common/http/endpoint_server.hpp"

#include <exception>

#include "common/async/next_turn.hpp"
#include "common/http/endpoint_connection.hpp"
#include "common/log/log.hpp"

namespace llmgw::http {

/// Lives in its session's coroutine.
class EndpointServer::ClientSession final : public Session {
 public:
  ClientSession(Connection opened, std::uint64_t running) noexcept
      : connection(std::move(opened)), number(running) {}
  void close() noexcept override { connection->close(); }
  bool is_at_rest() const noexcept override {
    return !connection->has_begun() && connection->is_open();
  }

  Connection connection;
  std::uint64_t number;
};

EndpointServer::EndpointServer(Loop& loop, EndpointHandler& handler, EndpointLimits limits)
    : SessionServer(loop, limits.connections),
      handler_(handler),
      limits_(limits),
      buffers_(std::make_unique<SpareBuffers>()) {}

EndpointServer::~EndpointServer() = default;

Result<void> EndpointServer::accept(Descriptor socket) {
  auto connection =
      EndpointConnection::make(loop(), std::move(socket), *buffers_, limits_.progress);
  if (connection.has_error()) return connection.error();
  const Admission admitted = admit();
  if (admitted != Admission::close) spawn(run(std::move(*connection), admitted));
  return {};
}

Task<void> EndpointServer::run(Connection connection, Admission admitted) {
  ClientSession client(std::move(connection), ++accepted_);
  const Stay stay(*this, client, admitted);
  try {
    if (admitted == Admission::refuse) {
      co_await refuse(client, errc::overloaded);
    } else {
      co_await serve(client);
    }
  } catch (const std::exception& failure) {
    log::error("session failed", {{"reason", failure.what()}});
  }
  co_await client.connection->stop_watching();
}

// However many requests came at once, the other connections have their turn in between.
Task<void> EndpointServer::serve(ClientSession& client) {
  // Not in the condition: there g++ 12 lays out the frame of a coroutine without variables wrongly.
  for (bool goes_on = true; goes_on;) {
    goes_on = co_await serve_one(client);
    if (goes_on && client.connection->has_unread()) co_await NextTurn(loop());
  }
}

// True if the connection can carry another request.
Task<bool> EndpointServer::serve_one(ClientSession& client) {
  EndpointConnection& connection = *client.connection;
  const auto patience = begin_wait(client, limits_.idle);
  const auto read = co_await connection.read_head(patience, limits_.head);
  end_wait(client);
  if (read.has_error()) {
    const errc fault = errc_of(read.error());
    const bool is_gone = fault == errc::connection_closed || fault == errc::connection_reset ||
                         fault == errc::cancelled || !connection.has_begun();
    if (!is_gone) co_await refuse(client, fault);
    co_return false;
  }
  using enum EndpointExchange::About;
  EndpointExchange exchange(connection, request, {client.number, &is_ending()});
  co_await handler_.handle(exchange);
  co_await connection.stop_watching();
  if (exchange.is_reusable()) {
    connection.skip_body();
    co_return true;
  }
  if (exchange.is_response_started() && !connection.is_body_there()) co_await connection.linger();
  co_return false;
}

Task<void> EndpointServer::refuse(ClientSession& client, errc fault) {
  using enum EndpointExchange::About;
  EndpointExchange exchange(*client.connection, no_request, {client.number});
  co_await handler_.refuse(exchange, fault);
  co_await client.connection->linger();
}

}  // namespace llmgw::http
