// SPDX-License-Identifier: MIT
// Keeping, checking and opening upstream connections.
#include "proxy/upstream/pool.hpp"

#include "common/log.hpp"

namespace llmgw::proxy {

void UpstreamConnection::peer_closed() noexcept { pool_.release(*this).reset(); }

Pool::Pool(Loop& loop, const HttpUrl& upstream, TlsContext* tls)
    : loop_(loop), upstream_(upstream), tls_(tls) {
  loop.deadlines().add(*this);
  loop.deadlines().arm(*this, idle_limit / 10);
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
  const auto resolved = co_await refresh_addresses();
  if (resolved.has_error()) co_return resolved.error();
  const std::vector<Endpoint> addresses = addresses_;
  auto stream = co_await connect(loop_, addresses, step_limit, &attempt);
  if (stream.has_error()) {
    ++counts_.failed;
    addresses_until_ = {};  // the name may point elsewhere by now
    co_return stream.error();
  }
  if (tls_ != nullptr) {
    attempt.hold(**stream);
    (*stream)->expires_after(step_limit);
    const Result<void> secured = co_await (*stream)->start_tls(*tls_, upstream_.host);
    attempt.release();
    if (secured.has_error()) {
      ++counts_.failed;
      if (secured.error() == errc::tls_failed) {
        const std::string reason = (*stream)->tls_failure();
        log::warn("upstream TLS handshake failed", {{"host", upstream_.host}, {"reason", reason}});
      }
      co_return secured.error();
    }
  }
  ++counts_.opened;
  co_return std::make_unique<UpstreamConnection>(*this, std::move(*stream));
}

void Pool::give_back(Connection connection) {
  ByteStream& stream = connection->stream();
  if (!stream.is_open() || stream.is_peer_closed() || stream.has_unread() ||
      counts_.idle >= idle_most)
    return;
  connection->idle_since_ = loop_.deadlines().now();
  stream.expires_never();
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
  loop_.deadlines().arm(*this, idle_limit / 10);
  const auto oldest = loop_.deadlines().now() - idle_limit;
  while (!idle_.empty() && idle_.back().idle_since_ < oldest) release(idle_.back()).reset();
}

Pool::Connection Pool::release(UpstreamConnection& connection) noexcept {
  idle_.erase(idle_.iterator_to(connection));
  --counts_.idle;
  return Connection(&connection);
}

Task<Result<void>> Pool::refresh_addresses() {
  const auto now = Deadline::Clock::now();
  if (now < addresses_until_) co_return Result<void>();
  auto found = co_await resolve(loop_, upstream_.host, upstream_.port);
  if (found.has_error()) {
    if (addresses_.empty()) co_return found.error();
    // The last addresses known are better than none; the name is asked for again next time.
    log::warn("upstream name not resolved, using its last addresses", {{"host", upstream_.host}});
    co_return Result<void>();
  }
  addresses_ = std::move(*found);
  addresses_until_ = now + address_life;
  co_return Result<void>();
}

}  // namespace llmgw::proxy
