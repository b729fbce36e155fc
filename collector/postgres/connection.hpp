// SPDX-License-Identifier: MIT
// Connection: one to a PostgreSQL server, with errors as values and an end to every wait.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "collector/config.hpp"
#include "collector/postgres/postgres_fault.hpp"
#include "collector/postgres/rows.hpp"
#include "collector/postgres/sql_values.hpp"
#include "collector/store/postgres_url.hpp"

struct pg_conn;

namespace llmgw::collector {

/// Where the server is, and how it is spoken to.
struct PostgresServer {
  PostgresUrl url;
  std::string password_file;  ///< empty: no password
  std::string ca_file;        ///< empty: the system's certificates
  std::chrono::milliseconds timeout{10'000};
};

/// Of settings whose STORE_URL was accepted; `place` stands behind its scheme.
PostgresServer postgres_server(std::string_view place, const Config& config);

/// Nothing of the process's environment or of its home folder has a say in how it connects. A call
/// that fails with a PostgresFault::lost, or because it was not answered in time, leaves it closed.
/// Used by one thread at a time.
class Connection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  Connection() = default;

  bool is_open() const noexcept { return connection_ != nullptr; }
  void close() noexcept { connection_.reset(); }

  /// For all calls that follow; they also end once `is_ending` (nullptr: never) is true. The error
  /// is errc::timed_out.
  void set_deadline(Deadline deadline, const std::atomic<bool>* is_ending = nullptr) noexcept {
    deadline_ = deadline;
    is_ending_ = is_ending;
  }

  /// To the first host that will have it; `needs_writable`: and that can be written to. The
  /// resolver is waited for whatever the deadline.
  Result<void> open(const PostgresServer& server, bool needs_writable);

  /// One or more statements without parameters; what the last one gives, in text.
  Result<Rows> execute(const std::string& sql);
  /// Exactly one.
  Result<Rows> run(const std::string& sql, const SqlValues& parameters = {});
  /// `sql`: COPY ... FROM STDIN.
  Result<void> copy(const std::string& sql, std::string_view rows);
  /// Ends the transaction that is under way. What the server rolls back instead, as a statement of
  /// it had failed, is an error.
  Result<void> commit();
  /// Ends a transaction that is under way, as if it had never been.
  void roll_back();

  /// What the last failure was in words, in one line; it names host and user, never the password.
  const std::string& message() const noexcept { return message_; }
  /// `host:port` of the server.
  const std::string& host() const noexcept { return host_; }
  int server_version() const noexcept;  ///< such as 150004
  bool is_utf8() const noexcept;

 private:
  struct Close {
    void operator()(pg_conn* connection) const noexcept;
  };
  using Owner = std::unique_ptr<pg_conn, Close>;

  Result<void> open_at(const PostgresServer& server, const PostgresUrl::Host& host,
                       const std::string& address, Deadline deadline, bool needs_writable);
  Result<void> refused();
  Result<void> wait(pg_conn* connection, bool for_writing, Deadline deadline);
  Result<void> send_all();
  Result<Rows> results();
  Result<Rows> next_result();
  Result<Rows> lost();
  Result<void> fail(const boost::system::error_code& fault);

  Owner connection_;
  Deadline deadline_ = Deadline::max();
  const std::atomic<bool>* is_ending_ = nullptr;
  std::string message_;
  std::string host_;
};

}  // namespace llmgw::collector
