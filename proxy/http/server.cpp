// SPDX-License-Identifier: MIT
// The session loop: read a head, have it answered, go on or close.
#include "proxy/http/server.hpp"

#include <exception>

#include "common/async/next_turn.hpp"
#include "common/log/log.hpp"

namespace llmgw::http {

/// Lives in its session's coroutine.
class Server::ClientSession final : public Session {
 public:
  explicit ClientSession(ByteStream::Pointer connection) noexcept : stream(std::move(connection)) {}
  void close() noexcept override { stream->close(); }
  bool is_at_rest() const noexcept override { return !heads.has_begun() && stream->is_open(); }

  ByteStream::Pointer stream;
  HeadReader heads;
  bool is_first = true;  // nothing was asked yet
};

Result<void> Server::accept(Descriptor socket) {
  auto stream = ByteStream::make(loop(), std::move(socket));
  if (stream.has_error()) return stream.error();
  const Admission admitted = admit();
  if (admitted == Admission::serve) spawn(run(std::move(*stream)));
  if (admitted == Admission::refuse) spawn(turn_away(std::move(*stream)));
  return {};
}

Task<void> Server::run(ByteStream::Pointer stream) {
  ClientSession client(std::move(stream));
  const Stay stay(*this, client, Admission::serve);
  try {
    while (co_await serve_one(client)) {
      // However many requests came at once, the other connections have their turn in between.
      if (client.stream->has_unread()) co_await NextTurn(loop());
    }
  } catch (const std::exception& failure) {
    log::error("session failed", {{"reason", failure.what()}});
  }
}

// Apart from the sessions that are served: of those there are many, and this needs nothing of them.
Task<void> Server::turn_away(ByteStream::Pointer stream) {
  ClientSession client(std::move(stream));
  const Stay stay(*this, client, Admission::refuse);
  try {
    co_await refuse(*client.stream, errc::overloaded);
  } catch (const std::exception& failure) {
    log::error("refusal failed", {{"reason", failure.what()}});
  }
}

// True if the connection can carry another request.
Task<bool> Server::serve_one(ClientSession& client) {
  const auto patience = begin_wait(client, limits_.idle);
  const auto bytes = co_await client.heads.read(*client.stream, patience, limits_.head);
  end_wait(client);
  if (bytes.has_error()) {
    const auto fault = errc_of(bytes.error());
    const bool gone = fault == errc::connection_closed || fault == errc::connection_reset ||
                      fault == errc::cancelled || !client.heads.has_begun();
    if (!gone) co_await refuse(*client.stream, fault);
    co_return false;
  }
  const auto head = parse_request_head(bytes->head, fields_);
  if (head.has_error()) {
    co_await refuse(*client.stream, errc_of(head.error()));
    co_return false;
  }
  const SessionTerms terms{limits_.progress, std::exchange(client.is_first, false), &is_ending()};
  Exchange exchange(*client.stream, *head, bytes->rest, client.heads.begun_at(), terms);
  co_await handler_.handle(exchange);
  if (exchange.is_reusable()) co_return true;
  if (exchange.is_response_started() && !exchange.is_body_consumed())
    co_await linger(*client.stream);
  co_return false;
}

Task<void> Server::refuse(ByteStream& stream, errc fault) {
  Exchange exchange(stream, {.progress = limits_.progress});
  co_await handler_.refuse(exchange, fault);
  co_await linger(stream);
}

// Closing with bytes unread makes the kernel send a reset, which may overtake the response (RFC
// 9112 section 9.6).
Task<void> Server::linger(ByteStream& stream) {
  constexpr std::size_t most = 1024 * 1024;
  stream.shutdown_send();
  stream.read_expires_after(std::chrono::seconds(1));
  for (std::size_t total = 0; total < most;) {
    const auto bytes = co_await stream.read();
    if (bytes.has_error()) co_return;
    total += bytes->size();
  }
}

}  // namespace llmgw::http
