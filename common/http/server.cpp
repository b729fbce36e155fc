// SPDX-License-Identifier: MIT
// The session loop: read a head, have it answered, go on or close.
#include "common/http/server.hpp"

#include <algorithm>
#include <exception>

#include "common/log.hpp"

namespace llmgw::http {
namespace {

// How long a connection that was accepted while draining may take to ask.
constexpr std::chrono::milliseconds drain_patience{1000};

}  // namespace

void Server::start(std::unique_ptr<Listener> listener) {
  listener_ = std::move(listener);
  listener_->start([this](ByteStream::Pointer stream) { spawn(run(std::move(stream))); });
}

void Server::drain() {
  if (std::exchange(draining_, true)) return;
  for (Session& each : sessions_) {
    if (each.idle && !each.heads.has_begun()) each.stream->close();
  }
  if (listener_) listener_->close();  // last: whoever has connected by now may still ask
}

void Server::cancel_all() noexcept {
  for (Session& each : sessions_) each.stream->close();
}

Task<void> Server::wait_until_empty() {
  if (sessions_.empty()) co_return;
  OneShot<bool> emptied;
  emptied_ = &emptied;
  co_await emptied;
}

Task<void> Server::run(ByteStream::Pointer stream) {
  Session session(std::move(stream));
  sessions_.push_back(session);
  try {
    while (co_await serve_one(session)) {
    }
  } catch (const std::exception& failure) {
    log::error("session failed", {{"reason", failure.what()}});
  }
  sessions_.erase(sessions_.iterator_to(session));
  if (sessions_.empty() && emptied_ != nullptr) std::exchange(emptied_, nullptr)->set(true);
}

// True if the connection can carry another request.
Task<bool> Server::serve_one(Session& session) {
  session.idle = true;
  const auto patience = draining_ ? std::min(timeouts_.idle, drain_patience) : timeouts_.idle;
  const auto bytes = co_await session.heads.read(*session.stream, patience, timeouts_.head);
  session.idle = false;
  if (bytes.has_error()) {
    const auto fault = static_cast<errc>(bytes.error().value());
    const bool gone = fault == errc::connection_closed || fault == errc::connection_reset ||
                      fault == errc::cancelled || !session.heads.has_begun();
    if (!gone) co_await refuse(session, fault);
    co_return false;
  }
  const auto head = parse_request_head(bytes->head, fields_);
  if (head.has_error()) {
    co_await refuse(session, static_cast<errc>(head.error().value()));
    co_return false;
  }
  Exchange exchange(*session.stream, *head, bytes->rest, session.heads.begun_at());
  if (draining_) exchange.close_after();
  co_await handler_.handle(exchange);
  if (exchange.is_reusable() && !draining_) co_return true;
  if (exchange.is_response_started() && !exchange.is_body_consumed())
    co_await linger(*session.stream);
  co_return false;
}

Task<void> Server::refuse(Session& session, errc fault) {
  Exchange exchange(*session.stream);
  co_await handler_.refuse(exchange, fault);
  co_await linger(*session.stream);
}

// Closing with bytes unread makes the kernel send a reset, which may overtake the response (RFC
// 9112 section 9.6).
Task<void> Server::linger(ByteStream& stream) {
  constexpr std::size_t most = 1024 * 1024;
  stream.shutdown_send();
  stream.expires_after(std::chrono::seconds(1));
  for (std::size_t total = 0; total < most;) {
    const auto bytes = co_await stream.read();
    if (bytes.has_error()) co_return;
    total += bytes->size();
  }
}

}  // namespace llmgw::http
