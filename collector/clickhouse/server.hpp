// SPDX-License-Identifier: MIT
// ClickHouseServer: one conversation with a ClickHouse server over HTTP, for a thread that waits.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "collector/clickhouse/server_query.hpp"
#include "collector/clickhouse/server_rows.hpp"
#include "collector/store/clickhouse_url.hpp"
#include "common/async/loop.hpp"
#include "common/http/client.hpp"
#include "common/net/tls.hpp"
#include "common/secret.hpp"

namespace llmgw::collector {

/// Where the server is, and who asks it.
struct ServerAccess {
  ClickHouseUrl url;
  std::string password_file;  ///< empty: no password
  std::string ca_pem;         ///< trusted besides the system's certificates; empty: none
};

/// One kept connection to one of the hosts; the next host is taken where one cannot be had or
/// fails. Used by one thread at a time; each call blocks. Errors are those of common/http's client,
/// and exceptions of the server (clickhouse_category).
class ClickHouseServer {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    Clock::time_point deadline;
    const std::atomic<bool>* is_ending = nullptr;  ///< once true the call ends; nullptr: never
  };

  /// errc::invalid_setting where ca_pem has no certificate.
  static Result<std::unique_ptr<ClickHouseServer>> make(ServerAccess access);

  /// A statement that gives no rows. What it did is not known after an error of the connection.
  Result<void> run(const ServerQuery& statement, const Limits& limits);
  /// One whose `INSERT INTO ... FORMAT RowBinary` has its rows in the body.
  Result<void> insert(const ServerQuery& statement, std::string_view rows, const Limits& limits);
  /// One that reads; asked again of another host, and where a kept connection turns out to be dead.
  Result<ServerRows> select(ServerQuery statement, const Limits& limits);

  /// Waits.
  void pause(std::chrono::milliseconds duration);

  const ClickHouseUrl& url() const noexcept { return access_.url; }

 private:
  explicit ClickHouseServer(ServerAccess access, std::unique_ptr<TlsContext> tls);

  Result<std::string> post(const ServerQuery& statement, std::string_view rows,
                           const Limits& limits, std::size_t body_most);
  Result<http::Response> try_hosts(const http::Request& request, const Limits& limits,
                                   std::size_t body_most);
  Result<http::Response> exchange(const http::Request& request, const Limits& limits,
                                  std::size_t body_most);
  Result<void> read_password();
  http::Client& client() noexcept { return *clients_[host_]; }
  void take_next_host() noexcept;

  ServerAccess access_;
  Secret password_;
  Loop loop_;
  std::unique_ptr<TlsContext> tls_;  // below the loop's connections, which use it
  std::vector<std::unique_ptr<http::Client>> clients_;
  std::size_t host_ = 0;  // the one that is asked
};

}  // namespace llmgw::collector
