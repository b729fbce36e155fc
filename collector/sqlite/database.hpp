// SPDX-License-Identifier: MIT
// Database and Statement: SQLite's C interface with owners, and with errors as values.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace llmgw::collector {

/// The category `sqlite`: its result codes, with its own messages.
const boost::system::error_category& sqlite_category() noexcept;

/// A prepared statement; parameters and columns are numbered from 1 and from 0, as SQLite does.
/// Text and blobs that are bound need to live until the next step is done; what column_*() give is
/// good until then.
class Statement {
 public:
  Statement() = default;

  void bind(int parameter, std::int64_t value) noexcept;
  void bind_text(int parameter, std::string_view text) noexcept;
  void bind_blob(int parameter, std::string_view bytes) noexcept;
  void bind_null(int parameter) noexcept;

  /// 1: there is a row. 0: there is none any more.
  Result<int> step() noexcept;
  /// Runs a statement whose rows do not matter, and makes it ready again.
  Result<void> run() noexcept;
  /// Makes it ready again, whatever it has met.
  void reset() noexcept;

  bool is_null(int column) const noexcept;
  std::int64_t integer(int column) const noexcept;
  std::string_view text(int column) const noexcept;
  std::string_view blob(int column) const noexcept;

 private:
  friend class Database;
  struct Close {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Close> statement_;
};

/// One connection. Used by one thread at a time.
class Database {
 public:
  enum class Mode : std::uint8_t { read_write, read_only };

  /// A file that is not there is made, unless it is opened for reading alone.
  static Result<Database> open(const std::string& path, Mode mode);

  /// One or more statements without parameters.
  Result<void> execute(std::string_view sql) noexcept;
  /// Exactly one.
  Result<Statement> prepare(std::string_view sql) noexcept;
  /// The one integer that a query gives.
  Result<std::int64_t> integer(std::string_view sql) noexcept;

  /// Rows that the last statement has inserted, changed or removed.
  std::int64_t changes() const noexcept;
  std::int64_t last_id() const noexcept;
  /// Whether no transaction is open.
  bool is_committed() const noexcept;

  /// From then on, and once `is_ending` (nullptr: never) is true, statements end with
  /// SQLITE_INTERRUPT, which is errc::timed_out.
  void set_deadline(std::chrono::steady_clock::time_point deadline,
                    const std::atomic<bool>* is_ending = nullptr) noexcept;

  /// Makes a function of one integer known to SQL.
  Result<void> add_function(const char* name, std::int64_t (*call)(std::int64_t)) noexcept;

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  struct Limit {
    std::chrono::steady_clock::time_point deadline;
    const std::atomic<bool>* is_ending = nullptr;
  };

  std::unique_ptr<Limit> limit_;  // of set_deadline(); stays in its place
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace llmgw::collector
