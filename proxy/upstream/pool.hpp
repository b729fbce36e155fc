// SPDX-License-Identifier: MIT
// Pool: one worker's connections to the upstream.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/http_url.hpp"
#include "common/net/byte_stream.hpp"
#include "common/net/connect.hpp"

namespace llmgw::proxy {

class Pool;

/// A connection to the upstream; while idle it is watched, and leaves the pool when the upstream
/// closes it.
class UpstreamConnection final : public boost::intrusive::list_base_hook<>, private CloseListener {
 public:
  UpstreamConnection(Pool& pool, ByteStream::Pointer stream) noexcept
      : pool_(pool), stream_(std::move(stream)) {}
  ByteStream& stream() noexcept { return *stream_; }

 private:
  friend class Pool;
  void peer_closed() noexcept override;

  Pool& pool_;
  ByteStream::Pointer stream_;
  Deadline::Clock::time_point idle_since_;
};

/// Counts since the start, but for `idle`.
struct PoolCounts {
  std::uint64_t opened = 0;
  std::uint64_t reused = 0;
  std::uint64_t failed = 0;
  std::uint64_t idle = 0;
};

/// Belongs to its loop's thread; outlives the connections it hands out.
class Pool final : private Deadline {
 public:
  using Connection = std::unique_ptr<UpstreamConnection>;

  /// `tls` may be nullptr for an http upstream.
  Pool(Loop& loop, const HttpUrl& upstream, TlsContext* tls);
  ~Pool() override;

  /// The connection used last, checked for life; nullptr if there is none.
  Connection take_idle();
  /// A fresh connection: resolved, connected and, for https, verified, each step within 5 s.
  /// errc::not_resolved, refused, timed_out, tls_failed, overloaded, cancelled.
  Task<Result<Connection>> open(ConnectAttempt& attempt);
  /// Takes a connection back whose last response was complete and which may carry another request.
  void give_back(Connection connection);
  void close_idle() noexcept;

  const PoolCounts& counts() const noexcept { return counts_; }

  // Providers close idle connections after 60 s and more; servers that do so sooner (uvicorn: 5 s)
  // are noticed.
  static constexpr std::chrono::seconds idle_limit{50};
  static constexpr std::size_t idle_most = 1024;
  static constexpr std::chrono::seconds step_limit{5};
  static constexpr std::chrono::seconds address_life{30};

 private:
  friend class UpstreamConnection;
  void expired() noexcept override;
  Connection release(UpstreamConnection& connection) noexcept;
  Task<Result<void>> refresh_addresses();

  Loop& loop_;
  HttpUrl upstream_;
  TlsContext* tls_;
  std::vector<Endpoint> addresses_;
  Deadline::Clock::time_point addresses_until_;
  boost::intrusive::list<UpstreamConnection> idle_;  // the one used last in front
  PoolCounts counts_;
};

}  // namespace llmgw::proxy
