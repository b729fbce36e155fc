// SPDX-License-Identifier: MIT
// Keeping, checking and opening upstream connections.
#include "proxy/upstream/pool.hpp"

#include "common/async/timer.hpp"

namespace llmgw::proxy {

/// An exchange that waits because the pool is full.
struct Pool::Waiter {
  explicit Waiter(Loop& loop) : timer(loop) {}
  Timer timer;
  Connection granted;
};

UpstreamConnection::UpstreamConnection(Pool& pool) noexcept : pool_(pool) { ++pool_.counts_.open; }

UpstreamConnection::~UpstreamConnection() {
  stream_.reset();
  --pool_.counts_.open;
  pool_.came_free();
}

void UpstreamConnection::peer_closed() noexcept { pool_.release(*this).reset(); }

Pool::Pool(Loop& loop, const HttpUrl& upstream, TlsContext* tls, PoolTimes& times,
           PoolLimits limits, LookUp::Ask ask)
    : loop_(loop),
      upstream_(upstream),
      tls_(tls),
      limits_(limits),
      addresses_(loop, upstream.host, upstream.port, std::move(ask), limits.look_up_pause),
      times_(times) {
  loop.deadlines().add(*this);
  loop.deadlines().arm(*this, limits_.idle / 10);
}

Pool::~Pool() { close_idle(); }

Pool::Connection Pool::take_idle() {
  while (!idle_.empty()) {
    Connection connection = release(idle_.front());
    ByteStream& stream = connection->stream();
    stream.watch(nullptr);
    // A connection in steady use has just been looked at by the reactor; one that rested is asked
    // (a system call).
    const bool rested =
        loop_.deadlines().now() - connection->idle_since_ >= loop_.deadlines().tick();
    if (stream.is_peer_closed() || !stream.is_open() || stream.has_unread()) continue;
    if (rested && stream.is_stale()) continue;
    ++counts_.reused;
    return connection;
  }
  return nullptr;
}

Task<Result<Pool::Connection>> Pool::open(ConnectAttempt& attempt) {
  Connection connection;
  if (counts_.open < limits_.open && waiters_.empty()) {
    connection = std::make_unique<UpstreamConnection>(*this);
  } else {
    auto turn = co_await wait_for_turn(attempt);
    if (turn.has_error()) co_return turn.error();
    connection = std::move(*turn);
  }
  if (connection->stream_ != nullptr) {
    if (!connection->stream_->is_stale()) {
      ++counts_.reused;
      co_return connection;
    }
    connection->stream_.reset();
  }
  auto stream = co_await reach(attempt);
  if (stream.has_error()) {
    if (stream.error() != errc::cancelled) ++counts_.failed;
    co_return stream.error();
  }
  connection->stream_ = std::move(*stream);
  ++counts_.opened;
  co_return connection;
}

// First come, first served; each gets the connection that came free, or its place.
Task<Result<Pool::Connection>> Pool::wait_for_turn(ConnectAttempt& attempt) {
  if (attempt.is_cancelled()) co_return errc::cancelled;
  ++counts_.waited;
  Waiter self(loop_);
  waiters_.push_back(&self);
  const ConnectAttempt::Step step(&attempt, [&self] { self.timer.cancel(); });
  const bool late = co_await self.timer.wait(limits_.turn);
  if (self.granted == nullptr) {
    std::erase(waiters_, &self);
    co_return late ? errc::overloaded : errc::cancelled;
  }
  if (attempt.is_cancelled()) co_return errc::cancelled;
  co_return std::move(self.granted);
}

// A connection ended: its place goes to whoever has waited longest.
void Pool::came_free() noexcept {
  if (waiters_.empty() || counts_.open >= limits_.open) return;
  Waiter& first = *waiters_.front();
  waiters_.pop_front();
  first.granted = std::make_unique<UpstreamConnection>(*this);
  first.timer.cancel();
}

Task<Result<ByteStream::Pointer>> Pool::reach(ConnectAttempt& attempt) {
  const auto known = co_await addresses_.get(limits_.step, &attempt);
  if (known.has_error()) co_return known.error();
  auto begun_at = std::chrono::steady_clock::now();
  auto stream = co_await connect(loop_, *known, limits_.step, &attempt);
  if (stream.has_error() && stream.error() == errc::refused) {
    // The name may point elsewhere by now.
    const auto anew = co_await addresses_.get_anew(limits_.step, &attempt);
    if (anew.has_error() && anew.error() == errc::cancelled) co_return errc::cancelled;
    if (anew.has_value() && *anew != *known) {
      begun_at = std::chrono::steady_clock::now();
      stream = co_await connect(loop_, *anew, limits_.step, &attempt);
    }
  }
  if (stream.has_error()) {
    addresses_.doubt();
    co_return stream.error();
  }
  const auto connected_at = std::chrono::steady_clock::now();
  times_.connect.observe(connected_at - begun_at);
  if (tls_ != nullptr) {
    const Result<void> secured = co_await secure(**stream, attempt);
    if (secured.has_error()) co_return secured.error();
    times_.tls.observe(std::chrono::steady_clock::now() - connected_at);
  }
  co_return stream;
}

Task<Result<void>> Pool::secure(ByteStream& stream, ConnectAttempt& attempt) {
  const ConnectAttempt::Step step(&attempt, [&stream] { stream.close(); });
  stream.expires_after(limits_.step);
  const Result<void> secured = co_await stream.start_tls(*tls_, upstream_.host);
  if (secured.has_error() && secured.error() == errc::tls_failed) {
    const std::string reason = stream.tls_failure();
    log_.warn("upstream TLS handshake failed", {{"host", upstream_.host}, {"reason", reason}});
  }
  co_return secured;
}

void Pool::give_back(Connection& connection) {
  ByteStream& stream = connection->stream();
  if (!stream.is_idle()) return;
  stream.expires_never();
  if (!waiters_.empty()) {
    Waiter& first = *waiters_.front();
    waiters_.pop_front();
    first.granted = std::move(connection);
    first.timer.cancel();
    return;
  }
  if (counts_.idle >= idle_most) return connection.reset();
  connection->idle_since_ = loop_.deadlines().now();
  idle_.push_front(*connection);
  ++counts_.idle;
  UpstreamConnection* owned =
      connection.release();  // the list owns it now; release() gives it back
  stream.watch(owned);
}

void Pool::close_idle() noexcept {
  while (!idle_.empty()) release(idle_.front()).reset();
}

void Pool::expired() noexcept {
  loop_.deadlines().arm(*this, limits_.idle / 10);
  log_.tell_held_back();
  const auto oldest = loop_.deadlines().now() - limits_.idle;
  while (!idle_.empty() && idle_.back().idle_since_ < oldest) release(idle_.back()).reset();
}

Pool::Connection Pool::release(UpstreamConnection& connection) noexcept {
  idle_.erase(idle_.iterator_to(connection));
  --counts_.idle;
  return Connection(&connection);
}

}  // namespace llmgw::proxy
