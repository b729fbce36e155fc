// SPDX-License-Identifier: MIT
// Ledger: budgets and their lots in one SQLite database, so that a restart forgets no money.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "lease/authority.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace llmgw::collector {

/// One process at a time. After open() and load() it belongs to the thread that writes. Errors:
/// errc::io_failed if the disk does not take or give the bytes, errc::address_in_use if another
/// process has it, errc::malformed_message if the file is none of ours.
class Ledger {
 public:
  /// Makes the folder and the file where they are missing.
  static Result<std::unique_ptr<Ledger>> open(const std::string& folder);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// All that is written down.
  Result<std::vector<lease::LedgerEntry>> load();
  /// All of it or nothing, and on disk when it returns.
  Result<void> write(const std::vector<lease::LedgerChange>& changes);

  static constexpr const char* file_name = "budgets.sqlite";

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  Ledger() = default;
  Result<void> set_up();
  Result<void> write_one(const lease::LedgerChange& change);
  Result<void> load_lots(std::vector<lease::LedgerEntry>& entries);
  Result<void> execute(const char* sql);
  Result<Statement> prepare(const char* sql);

  std::unique_ptr<sqlite3, Close> database_;
  Statement put_budget_, put_lot_, forget_lot_;
};

}  // namespace llmgw::collector
