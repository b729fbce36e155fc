// SPDX-License-Identifier: MIT
// Pool: one worker's connections to one upstream.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <deque>
#include <memory>

#include "common/log/bounded_log.hpp"
#include "common/net/address_book.hpp"
#include "common/net/byte_stream.hpp"
#include "common/net/connect.hpp"
#include "common/settings/http_url.hpp"
#include "proxy/upstream/upstream_counts.hpp"

namespace llmgw::proxy {

class Pool;

/// A connection to the upstream; while idle it is watched, and leaves the pool when the upstream
/// closes it. Counts against the pool's limit as long as it lives.
class UpstreamConnection final : public boost::intrusive::list_base_hook<>, private CloseListener {
 public:
  explicit UpstreamConnection(Pool& pool) noexcept;
  ~UpstreamConnection();
  ByteStream& stream() noexcept { return *stream_; }

 private:
  friend class Pool;
  void peer_closed() noexcept override;

  Pool& pool_;
  ByteStream::Pointer stream_;  // none while it is being opened
  Deadline::Clock::time_point idle_since_;
};

/// Counts since the start, but for `idle` and `open`.
struct PoolCounts {
  std::uint64_t opened = 0;
  std::uint64_t reused = 0;
  std::uint64_t failed = 0;
  std::uint64_t waited = 0;  ///< for another exchange to end, because the limit was reached
  std::uint64_t idle = 0;
  std::uint64_t open = 0;  ///< idle, in use or being opened
};

struct PoolLimits {
  std::size_t open = 16 * 1024;  ///< connections at a time, of this pool
  std::chrono::milliseconds step = std::chrono::seconds(5);  ///< each of: look-up, connect, TLS
  std::chrono::milliseconds turn = std::chrono::seconds(5);  ///< wait for one of `open` to be free
  // Providers close idle connections after 60 s and more; servers that do so sooner (uvicorn: 5 s)
  // are noticed.
  std::chrono::milliseconds idle = std::chrono::seconds(50);
  std::chrono::milliseconds look_up_pause = std::chrono::seconds(1);  ///< between two look-ups
};

/// Belongs to its loop's thread; outlives the connections it hands out.
class Pool final : private Deadline {
 public:
  using Connection = std::unique_ptr<UpstreamConnection>;

  /// `tls` may be nullptr for an http upstream. `times`: where it is told how long opening took;
  /// outlives the pool.
  Pool(Loop& loop, const HttpUrl& upstream, TlsContext* tls, PoolTimes& times,
       PoolLimits limits = {}, LookUp::Ask ask = system_addresses);
  ~Pool() override;

  /// The connection used last, checked for life; nullptr if there is none.
  Connection take_idle();
  /// A fresh connection: resolved, connected and, for https, verified, each step within its limit.
  /// Where the pool is full it is the next that comes free, first come, first served.
  /// errc::not_resolved, refused, timed_out, tls_failed, overloaded, cancelled.
  Task<Result<Connection>> open(ConnectAttempt& attempt);
  /// Takes a connection back whose last response was complete, so that it may carry another
  /// request. One that is not idle in both directions stays where it is: somebody still depends on
  /// it.
  void give_back(Connection& connection);
  void close_idle() noexcept;
  /// Of connections at a time; what is open stays so.
  void set_limit(std::size_t open) noexcept { limits_.open = open; }

  const PoolCounts& counts() const noexcept { return counts_; }

  static constexpr std::size_t idle_most = 1024;

 private:
  friend class UpstreamConnection;
  struct Waiter;

  void expired() noexcept override;
  Connection release(UpstreamConnection& connection) noexcept;
  Task<Result<Connection>> wait_for_turn(ConnectAttempt& attempt);
  void came_free() noexcept;
  Task<Result<ByteStream::Pointer>> reach(ConnectAttempt& attempt);
  Task<Result<void>> secure(ByteStream& stream, ConnectAttempt& attempt);

  Loop& loop_;
  HttpUrl upstream_;
  TlsContext* tls_;
  PoolLimits limits_;
  AddressBook addresses_;
  PoolCounts counts_;
  PoolTimes& times_;
  BoundedLog log_;
  boost::intrusive::list<UpstreamConnection> idle_;  // the one used last in front
  std::deque<Waiter*> waiters_;                      // the one that came first in front
};

}  // namespace llmgw::proxy
