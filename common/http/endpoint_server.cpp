// SPDX-License-Identifier: MIT
// The session loop: read a head, have it answered, go on or close.
#include "common/http/endpoint_server.hpp"

#include <algorithm>
#include <exception>

#include "common/async/next_turn.hpp"
#include "common/http/endpoint_connection.hpp"
#include "common/log/log.hpp"

namespace llmgw::http {
namespace {

// How long a connection that was not told of its end may take to ask once more while draining.
constexpr std::chrono::milliseconds drain_patience{1000};
// A connection that has just answered is likely to be asked again.
constexpr std::chrono::seconds idle_least{1};

}  // namespace

struct EndpointServer::Session : Hook {
  Session(Connection opened, std::uint64_t running) noexcept
      : connection(std::move(opened)), number(running) {}
  Connection connection;
  std::uint64_t number;
  Deadline::Clock::time_point idle_since;
  bool idle = true;
  bool may_go() const noexcept { return idle && !connection->has_begun() && connection->is_open(); }
};

EndpointServer::EndpointServer(Loop& loop, EndpointHandler& handler, EndpointLimits limits)
    : loop_(loop),
      handler_(handler),
      limits_(limits),
      buffers_(std::make_unique<SpareBuffers>()),
      last_call_(loop) {}

EndpointServer::~EndpointServer() = default;

void EndpointServer::start(std::unique_ptr<Listener> listener) {
  listeners_.push_back(std::move(listener));
  listeners_.back()->start([this](Descriptor socket) { return accept(std::move(socket)); });
}

// At the limit the connection that has been idle longest makes room; where all are busy the new one
// is told so.
Result<void> EndpointServer::accept(Descriptor socket) {
  auto connection = EndpointConnection::make(loop_, std::move(socket), *buffers_, limits_.progress);
  if (connection.has_error()) return connection.error();
  if (sessions_.size() < limits_.connections || make_room()) {
    spawn(run(std::move(*connection)));
    return {};
  }
  ++turned_away_;
  if (refused_.size() < refusals) spawn(turn_away(std::move(*connection)));
  return {};
}

bool EndpointServer::make_room() noexcept {
  const auto latest = loop_.deadlines().now() - idle_least;
  Session* longest = nullptr;
  for (Session& each : sessions_) {
    if (!each.may_go() || each.idle_since > latest) continue;
    if (longest == nullptr || each.idle_since < longest->idle_since) longest = &each;
  }
  if (longest == nullptr) return false;
  longest->connection->close();
  return true;
}

Task<void> EndpointServer::turn_away(Connection connection) {
  Session session(std::move(connection), ++accepted_);
  refused_.push_back(session);
  try {
    co_await refuse(session, errc::overloaded);
  } catch (const std::exception& failure) {
    log::error("refusal failed", {{"reason", failure.what()}});
  }
  refused_.erase(refused_.iterator_to(session));
  note_end();
}

void EndpointServer::drain() {
  if (std::exchange(draining_, true)) return;
  announce_end();
  const auto now = loop_.deadlines().now();
  close_idle(now - idle_least);
  if (!is_empty())
    last_call_.set(drain_patience, [this] { close_idle(Deadline::Clock::time_point::max()); });
  for (const auto& each : listeners_) each->close();  // last: who has connected may still ask
}

// Of a session, or of a refusal.
void EndpointServer::note_end() {
  if (!is_empty()) return;
  last_call_.cancel();
  if (emptied_ != nullptr) std::exchange(emptied_, nullptr)->set(true);
}

// Those that have been idle since then, or longer.
void EndpointServer::close_idle(Deadline::Clock::time_point since) noexcept {
  for (Session& each : sessions_)
    if (each.may_go() && each.idle_since <= since) each.connection->close();
}

void EndpointServer::cancel_all() noexcept {
  for (Sessions* all : {&sessions_, &refused_})
    for (Session& each : *all) each.connection->close();
}

Task<void> EndpointServer::wait_until_empty() {
  if (is_empty()) co_return;
  OneShot<bool> emptied;
  emptied_ = &emptied;
  co_await emptied;
}

Task<void> EndpointServer::run(Connection connection) {
  Session session(std::move(connection), ++accepted_);
  sessions_.push_back(session);
  try {
    co_await serve(session);
  } catch (const std::exception& failure) {
    log::error("session failed", {{"reason", failure.what()}});
  }
  co_await session.connection->stop_watching();
  sessions_.erase(sessions_.iterator_to(session));
  note_end();
}

// However many requests came at once, the other connections have their turn in between.
Task<void> EndpointServer::serve(Session& session) {
  // Not in the condition: there g++ 12 lays out the frame of a coroutine without variables wrongly.
  for (bool goes_on = true; goes_on;) {
    goes_on = co_await serve_one(session);
    if (goes_on && session.connection->has_unread()) co_await NextTurn(loop_);
  }
}

// True if the connection can carry another request.
Task<bool> EndpointServer::serve_one(Session& session) {
  EndpointConnection& connection = *session.connection;
  session.idle = true;
  session.idle_since = loop_.deadlines().now();
  const auto patience = draining_ ? std::min(limits_.idle, drain_patience) : limits_.idle;
  const auto read = co_await connection.read_head(patience, limits_.head);
  session.idle = false;
  if (read.has_error()) {
    const errc fault = errc_of(read.error());
    const bool is_gone = fault == errc::connection_closed || fault == errc::connection_reset ||
                         fault == errc::cancelled || !connection.has_begun();
    if (!is_gone) co_await refuse(session, fault);
    co_return false;
  }
  using enum EndpointExchange::About;
  EndpointExchange exchange(connection, request, {session.number, &ending_});
  co_await handler_.handle(exchange);
  co_await connection.stop_watching();
  if (exchange.is_reusable()) {
    connection.skip_body();
    co_return true;
  }
  if (exchange.is_response_started() && !connection.is_body_there()) co_await connection.linger();
  co_return false;
}

Task<void> EndpointServer::refuse(Session& session, errc fault) {
  using enum EndpointExchange::About;
  EndpointExchange exchange(*session.connection, no_request, {session.number});
  co_await handler_.refuse(exchange, fault);
  co_await session.connection->linger();
}

}  // namespace llmgw::http
