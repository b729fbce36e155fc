// SPDX-License-Identifier: MIT
// PostgresBook: comparisons in a table of a PostgreSQL store, beside the collectors that write to
// it.
#pragma once

#include "collector/postgres/connection.hpp"
#include "collector/reconcile/book.hpp"

namespace llmgw::collector {

class PostgresBook final : public ReconciliationBook {
 public:
  /// A store that has the tables of this program. `place`: what stands behind the scheme of a URL
  /// that was accepted. A call takes no longer than the server's timeout.
  static Result<std::unique_ptr<ReconciliationBook>> open(const std::string& place,
                                                          const Config& config);

  Result<void> keep(const KeptDay& day) override;

 private:
  explicit PostgresBook(PostgresServer server) : server_(std::move(server)) {}

  void begin_call() {
    connection_.set_deadline(std::chrono::steady_clock::now() + server_.timeout);
  }
  Result<void> store(const KeptDay& day);

  PostgresServer server_;
  Connection connection_;
};

}  // namespace llmgw::collector
