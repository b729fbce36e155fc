// SPDX-License-Identifier: MIT
// The session loop: read a head, have it answered, go on or close.
#include "proxy/http/server.hpp"

#include <algorithm>
#include <exception>

#include "common/async/next_turn.hpp"
#include "common/log/log.hpp"

namespace llmgw::http {
namespace {

// How long a connection that was not told of its end may take to ask once more while draining.
constexpr std::chrono::milliseconds drain_patience{1000};
// A connection that has just answered is likely to be asked again.
constexpr std::chrono::seconds idle_least{1};

}  // namespace

void Server::start(std::unique_ptr<Listener> listener) {
  listeners_.push_back(std::move(listener));
  listeners_.back()->start([this](Descriptor socket) -> Result<void> {
    auto stream = ByteStream::make(loop_, std::move(socket));
    if (stream.has_error()) return stream.error();
    admit(std::move(*stream));
    return {};
  });
}

// At the limit the connection that has been idle longest makes room; where all are busy the new one
// is told so.
void Server::admit(ByteStream::Pointer stream) {
  if (sessions_.size() < limits_.connections || make_room()) {
    spawn(run(std::move(stream)));
    return;
  }
  ++turned_away_;
  if (refused_.size() < refusals) spawn(turn_away(std::move(stream)));
}

bool Server::make_room() noexcept {
  const auto latest = loop_.deadlines().now() - idle_least;
  Session* longest = nullptr;
  for (Session& each : sessions_) {
    if (!each.may_go() || each.idle_since > latest) continue;
    if (longest == nullptr || each.idle_since < longest->idle_since) longest = &each;
  }
  if (longest == nullptr) return false;
  longest->stream->close();
  return true;
}

Task<void> Server::turn_away(ByteStream::Pointer stream) {
  Session session(std::move(stream));
  refused_.push_back(session);
  try {
    co_await refuse(*session.stream, errc::overloaded);
  } catch (const std::exception& failure) {
    log::error("refusal failed", {{"reason", failure.what()}});
  }
  refused_.erase(refused_.iterator_to(session));
  note_end();
}

void Server::drain() {
  if (std::exchange(draining_, true)) return;
  announce_end();
  const auto now = loop_.deadlines().now();
  close_idle(now - idle_least);
  if (!is_empty())
    last_call_.set(drain_patience, [this] { close_idle(Deadline::Clock::time_point::max()); });
  for (const auto& each : listeners_) each->close();  // last: who has connected may still ask
}

// Of a session, or of a refusal.
void Server::note_end() {
  if (!is_empty()) return;
  last_call_.cancel();
  if (emptied_ != nullptr) std::exchange(emptied_, nullptr)->set(true);
}

// Those that have been idle since then, or longer.
void Server::close_idle(Deadline::Clock::time_point since) noexcept {
  for (Session& each : sessions_)
    if (each.may_go() && each.idle_since <= since) each.stream->close();
}

void Server::cancel_all() noexcept {
  for (Sessions* all : {&sessions_, &refused_})
    for (Session& each : *all) each.stream->close();
}

Task<void> Server::wait_until_empty() {
  if (is_empty()) co_return;
  OneShot<bool> emptied;
  emptied_ = &emptied;
  co_await emptied;
}

Task<void> Server::run(ByteStream::Pointer stream) {
  Session session(std::move(stream));
  sessions_.push_back(session);
  try {
    while (co_await serve_one(session)) {
      // However many requests came at once, the other connections have their turn in between.
      if (session.stream->has_unread()) co_await NextTurn(loop_);
    }
  } catch (const std::exception& failure) {
    log::error("session failed", {{"reason", failure.what()}});
  }
  sessions_.erase(sessions_.iterator_to(session));
  note_end();
}

// True if the connection can carry another request.
Task<bool> Server::serve_one(Session& session) {
  session.idle = true;
  session.idle_since = loop_.deadlines().now();
  const auto patience = draining_ ? std::min(limits_.idle, drain_patience) : limits_.idle;
  const auto bytes = co_await session.heads.read(*session.stream, patience, limits_.head);
  session.idle = false;
  if (bytes.has_error()) {
    const auto fault = errc_of(bytes.error());
    const bool gone = fault == errc::connection_closed || fault == errc::connection_reset ||
                      fault == errc::cancelled || !session.heads.has_begun();
    if (!gone) co_await refuse(*session.stream, fault);
    co_return false;
  }
  const auto head = parse_request_head(bytes->head, fields_);
  if (head.has_error()) {
    co_await refuse(*session.stream, errc_of(head.error()));
    co_return false;
  }
  const SessionTerms terms{limits_.progress, std::exchange(session.is_first, false), &ending_};
  Exchange exchange(*session.stream, *head, bytes->rest, session.heads.begun_at(), terms);
  co_await handler_.handle(exchange);
  if (exchange.is_reusable()) co_return true;
  if (exchange.is_response_started() && !exchange.is_body_consumed())
    co_await linger(*session.stream);
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
