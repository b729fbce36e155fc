// SPDX-License-Identifier: MIT
// Calls of SQLite.
#include "collector/sqlite/database.hpp"

#include <sqlite3.h>

namespace llmgw::collector {
namespace {

// See common/error.cpp on the destructor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sqlite"; }
  std::string message(int value) const override { return sqlite3_errstr(value); }
};
#pragma GCC diagnostic pop

boost::system::error_code fault_of(int code) noexcept {
  if (code == SQLITE_INTERRUPT) return errc::timed_out;
  return {code & 0xff, sqlite_category()};
}

constexpr int busy_milliseconds = 10'000;

void call_with_integer(sqlite3_context* context, int, sqlite3_value** values) {
  using Call = std::int64_t (*)(std::int64_t);
  const auto call = reinterpret_cast<Call>(sqlite3_user_data(context));
  sqlite3_result_int64(context, call(sqlite3_value_int64(values[0])));
}

}  // namespace

const boost::system::error_category& sqlite_category() noexcept {
  static const Category category;
  return category;
}

void Statement::Close::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

void Statement::bind(int parameter, std::int64_t value) noexcept {
  sqlite3_bind_int64(statement_.get(), parameter, value);
}

void Statement::bind_text(int parameter, std::string_view text) noexcept {
  const char* const data = text.data() == nullptr ? "" : text.data();
  sqlite3_bind_text64(statement_.get(), parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_blob(int parameter, std::string_view bytes) noexcept {
  sqlite3_bind_blob64(statement_.get(), parameter, bytes.data(), bytes.size(), SQLITE_STATIC);
}

void Statement::bind_null(int parameter) noexcept {
  sqlite3_bind_null(statement_.get(), parameter);
}

Result<int> Statement::step() noexcept {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return 1;
  if (code == SQLITE_DONE) return 0;
  return fault_of(code);
}

Result<void> Statement::run() noexcept {
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement_.get());
  sqlite3_reset(statement_.get());
  if (code != SQLITE_DONE) return fault_of(code);
  return {};
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

bool Statement::is_null(int column) const noexcept {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const noexcept {
  const unsigned char* const text = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

std::string_view Statement::blob(int column) const noexcept {
  const void* const bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

Result<Database> Database::open(const std::string& path, Mode mode) {
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  Database made;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  made.database_.reset(raw);
  if (code != SQLITE_OK) return fault_of(code);
  sqlite3_busy_timeout(raw, busy_milliseconds);
  return made;
}

Result<void> Database::execute(std::string_view sql) noexcept {
  const char* rest = sql.data();
  const char* const end = rest + sql.size();
  while (rest < end) {
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v2(database_.get(), rest, static_cast<int>(end - rest), &raw, &rest);
    if (code != SQLITE_OK) return fault_of(code);
    if (raw == nullptr) break;  // blanks, or a comment
    Statement statement;
    statement.statement_.reset(raw);
    if (const auto done = statement.run(); done.has_error()) return done;
  }
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) noexcept {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return fault_of(code);
  Statement statement;
  statement.statement_.reset(raw);
  return statement;
}

Result<std::int64_t> Database::integer(std::string_view sql) noexcept {
  auto statement = prepare(sql);
  if (statement.has_error()) return statement.error();
  const Result<int> row = statement->step();
  if (row.has_error()) return row.error();
  return *row ? statement->integer(0) : 0;
}

std::int64_t Database::changes() const noexcept { return sqlite3_changes64(database_.get()); }
std::int64_t Database::last_id() const noexcept {
  return sqlite3_last_insert_rowid(database_.get());
}
bool Database::is_committed() const noexcept {
  return sqlite3_get_autocommit(database_.get()) != 0;
}

void Database::set_deadline(std::chrono::steady_clock::time_point deadline,
                            const std::atomic<bool>* is_ending) noexcept {
  constexpr int instructions = 10'000;  // of SQLite's own, between two looks: some 100 us
  if (!limit_) limit_ = std::make_unique<Limit>();
  *limit_ = {deadline, is_ending};
  sqlite3_progress_handler(
      database_.get(), instructions,
      [](void* given) {
        const auto* const limit = static_cast<const Limit*>(given);
        const bool is_over = std::chrono::steady_clock::now() > limit->deadline ||
                             (limit->is_ending != nullptr && limit->is_ending->load());
        return is_over ? 1 : 0;
      },
      limit_.get());
}

Result<void> Database::add_function(const char* name, std::int64_t (*call)(std::int64_t)) noexcept {
  const int code = sqlite3_create_function_v2(
      database_.get(), name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, reinterpret_cast<void*>(call),
      call_with_integer, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fault_of(code);
  return {};
}

}  // namespace llmgw::collector
