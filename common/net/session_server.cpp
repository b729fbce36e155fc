// SPDX-License-Identifier: MIT
// Letting in, making room, draining.
#include "common/net/session_server.hpp"

#include <algorithm>
#include <utility>

namespace llmgw {
namespace {

// How long a connection that was not told of its end may take to ask once more while draining.
constexpr std::chrono::milliseconds drain_patience{1000};
// A connection that has just answered is likely to be asked again.
constexpr std::chrono::seconds idle_least{1};

}  // namespace

SessionServer::Stay::Stay(SessionServer& server, Session& session, Admission admitted)
    : server_(server),
      session_(session),
      among_(admitted == Admission::serve ? server.sessions_ : server.refused_) {
  among_.push_back(session);
}

SessionServer::Stay::~Stay() {
  among_.erase(among_.iterator_to(session_));
  server_.note_end();
}

void SessionServer::start(std::unique_ptr<Listener> listener) {
  listeners_.push_back(std::move(listener));
  listeners_.back()->start([this](Descriptor socket) { return accept(std::move(socket)); });
}

SessionServer::Admission SessionServer::admit() noexcept {
  if (sessions_.size() < most_ || make_room()) return Admission::serve;
  ++turned_away_;
  return refused_.size() < refusals ? Admission::refuse : Admission::close;
}

bool SessionServer::make_room() noexcept {
  const auto latest = loop_.deadlines().now() - idle_least;
  Session* longest = nullptr;
  for (Session& each : sessions_) {
    if (!each.may_go() || each.waits_since_ > latest) continue;
    if (longest == nullptr || each.waits_since_ < longest->waits_since_) longest = &each;
  }
  if (longest == nullptr) return false;
  longest->close();
  return true;
}

std::chrono::milliseconds SessionServer::begin_wait(Session& session,
                                                    std::chrono::milliseconds idle) const noexcept {
  session.is_waiting_ = true;
  session.waits_since_ = loop_.deadlines().now();
  return is_draining_ ? std::min(idle, drain_patience) : idle;
}

void SessionServer::drain() {
  if (std::exchange(is_draining_, true)) return;
  announce_end();
  const auto now = loop_.deadlines().now();
  close_idle(now - idle_least);
  if (!is_empty())
    last_call_.set(drain_patience, [this] { close_idle(Deadline::Clock::time_point::max()); });
  for (const auto& each : listeners_) each->close();  // last: who has connected may still ask
}

// Those that have been idle since then, or longer.
void SessionServer::close_idle(Deadline::Clock::time_point since) noexcept {
  for (Session& each : sessions_)
    if (each.may_go() && each.waits_since_ <= since) each.close();
}

void SessionServer::cancel_all() noexcept {
  for (Sessions* all : {&sessions_, &refused_})
    for (Session& each : *all) each.close();
}

// Of a session, or of a refusal.
void SessionServer::note_end() {
  if (!is_empty()) return;
  last_call_.cancel();
  if (emptied_ != nullptr) std::exchange(emptied_, nullptr)->set(true);
}

Task<void> SessionServer::wait_until_empty() {
  if (is_empty()) co_return;
  OneShot<bool> emptied;
  emptied_ = &emptied;
  co_await emptied;
}

}  // namespace llmgw
