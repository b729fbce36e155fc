// SPDX-License-Identifier: MIT
// PostgresSession: a connection to the store whose tables are those of this program.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "collector/postgres/schema.hpp"
#include "common/metrics/counter.hpp"

namespace llmgw::collector {

/// Opened when it is needed, and anew after it was lost; where that fails the next try comes later,
/// from 0.1 s up to 5 s. Belongs to the thread that writes, but for is_up().
class PostgresSession {
 public:
  /// `prepare`: called on each new connection; its error is one of connecting.
  PostgresSession(PostgresServer server, bool may_change_tables,
                  std::function<Result<void>(Connection&)> prepare)
      : server_(std::move(server)),
        may_change_tables_(may_change_tables),
        prepare_(std::move(prepare)) {}

  /// Once it has returned well the connection is open; calls on it end by then.
  Result<void> ensure(Connection::Deadline deadline);
  /// A transaction that failed with this; closes what is of no use any more.
  void note(const boost::system::error_code& fault);

  Connection& connection() noexcept { return connection_; }
  const PostgresServer& server() const noexcept { return server_; }
  bool may_change_tables() const noexcept { return may_change_tables_; }
  /// Any thread.
  bool is_up() const noexcept { return up_.value() != 0; }

 private:
  Result<void> open();
  Result<void> open_tables();
  void say_away(const boost::system::error_code& fault);

  PostgresServer server_;
  bool may_change_tables_;
  std::function<Result<void>(Connection&)> prepare_;
  Connection connection_;
  std::chrono::steady_clock::time_point next_try_{};
  std::chrono::milliseconds pause_{0};
  std::optional<boost::system::error_code> last_fault_;
  bool is_said_away_ = false;
  Counter up_;
};

}  // namespace llmgw::collector
