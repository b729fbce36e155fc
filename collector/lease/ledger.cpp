// SPDX-License-Identifier: MIT
// Statements on SQLite.
#include "collector/lease/ledger.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <unordered_map>

namespace llmgw::collector {
namespace {

// A commit is one fsync of the log; the log is moved into the file now and then.
constexpr const char* settings =
    "PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;";
constexpr const char* schema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS budget(rule TEXT PRIMARY KEY, begins INTEGER NOT NULL, "
    "ends INTEGER NOT NULL, taken INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS lot(rule TEXT NOT NULL, proxy TEXT NOT NULL, "
    "seq INTEGER NOT NULL, granted INTEGER NOT NULL, used INTEGER NOT NULL, "
    "back INTEGER NOT NULL, debt INTEGER NOT NULL, late INTEGER NOT NULL, "
    "PRIMARY KEY(rule, proxy)) WITHOUT ROWID;"
    "COMMIT";

errc fault_of(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return errc::address_in_use;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // a table or column that is not there
    case SQLITE_MISMATCH: return errc::malformed_message;
    default: return errc::io_failed;
  }
}

void bind(sqlite3_stmt* statement, int at, std::string_view text) noexcept {
  sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}
void bind(sqlite3_stmt* statement, int at, std::int64_t number) noexcept {
  sqlite3_bind_int64(statement, at, number);
}

// What is bound is there until then.
template <class... Values>
Result<void> run(sqlite3_stmt* statement, const Values&... values) noexcept {
  int at = 0;
  (bind(statement, ++at, values), ...);
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  if (code != SQLITE_DONE) return fault_of(code);
  return {};
}

std::string text_of(sqlite3_stmt* row, int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
  return {bytes,
          bytes == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

std::int64_t count(std::chrono::sys_seconds at) noexcept { return at.time_since_epoch().count(); }
std::chrono::sys_seconds instant(std::int64_t count) noexcept {
  return std::chrono::sys_seconds(std::chrono::seconds(count));
}

}  // namespace

void Ledger::Close::operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
void Ledger::Close::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& folder) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (fault) return boost::system::error_code(fault.value(), boost::system::system_category());
  std::unique_ptr<Ledger> ledger(new Ledger());
  sqlite3* raw = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const std::string path = (std::filesystem::path(folder) / file_name).string();
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  ledger->database_.reset(raw);
  if (code != SQLITE_OK) return fault_of(code);
  if (const auto ready = ledger->set_up(); ready.has_error()) return ready.error();
  return ledger;
}

Result<void> Ledger::set_up() {
  for (const char* sql : {settings, schema})
    if (const auto done = execute(sql); done.has_error()) return done;
  const std::pair<Statement*, const char*> wanted[] = {
      {&put_budget_, "INSERT OR REPLACE INTO budget VALUES(?, ?, ?, ?)"},
      {&put_lot_, "INSERT OR REPLACE INTO lot VALUES(?, ?, ?, ?, ?, ?, ?, ?)"},
      {&forget_lot_, "DELETE FROM lot WHERE rule = ? AND proxy = ?"}};
  for (const auto& [statement, sql] : wanted) {
    auto prepared = prepare(sql);
    if (prepared.has_error()) return prepared.error();
    *statement = std::move(*prepared);
  }
  return {};
}

Result<std::vector<lease::LedgerEntry>> Ledger::load() {
  auto select = prepare("SELECT rule, begins, ends, taken FROM budget ORDER BY rule");
  if (select.has_error()) return select.error();
  std::vector<lease::LedgerEntry> entries;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(select->get())) == SQLITE_ROW) {
    sqlite3_stmt* const row = select->get();
    lease::LedgerEntry& entry = entries.emplace_back();
    entry.rule = text_of(row, 0);
    entry.budget.window = {instant(sqlite3_column_int64(row, 1)),
                           instant(sqlite3_column_int64(row, 2))};
    entry.budget.taken = sqlite3_column_int64(row, 3);
  }
  if (code != SQLITE_DONE) return fault_of(code);
  if (const auto loaded = load_lots(entries); loaded.has_error()) return loaded.error();
  return entries;
}

// Both are in the order of their rules.
Result<void> Ledger::load_lots(std::vector<lease::LedgerEntry>& entries) {
  auto select = prepare(
      "SELECT rule, proxy, seq, granted, used, back, debt, late FROM lot ORDER BY rule, proxy");
  if (select.has_error()) return select.error();
  auto entry = entries.begin();
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(select->get())) == SQLITE_ROW) {
    sqlite3_stmt* const row = select->get();
    const std::string rule = text_of(row, 0);
    while (entry != entries.end() && entry->rule < rule) ++entry;
    if (entry == entries.end() || entry->rule != rule) return errc::malformed_message;
    lease::LotRow& lot = entry->lots.emplace_back();
    lot.proxy = text_of(row, 1);
    lot.seq = static_cast<std::uint64_t>(sqlite3_column_int64(row, 2));
    lot.granted = sqlite3_column_int64(row, 3);
    lot.used = sqlite3_column_int64(row, 4);
    lot.back = sqlite3_column_int64(row, 5);
    lot.debt = sqlite3_column_int64(row, 6);
    lot.late = sqlite3_column_int64(row, 7);
  }
  if (code != SQLITE_DONE) return fault_of(code);
  return {};
}

Result<void> Ledger::write(const std::vector<lease::LedgerChange>& changes) {
  Result<void> done = execute("BEGIN IMMEDIATE");
  for (const lease::LedgerChange& each : changes)
    if (done.has_value()) done = write_one(each);
  if (done.has_value()) done = execute("COMMIT");
  if (done.has_error()) static_cast<void>(execute("ROLLBACK"));  // none is open where BEGIN failed
  return done;
}

Result<void> Ledger::write_one(const lease::LedgerChange& change) {
  const std::string_view rule = change.rule;
  const lease::BudgetRow& budget = change.budget;
  Result<void> done = run(put_budget_.get(), rule, count(budget.window.begin),
                          count(budget.window.end), budget.taken);
  for (const std::string& proxy : change.forgotten)
    if (done.has_value()) done = run(forget_lot_.get(), rule, std::string_view(proxy));
  for (const lease::LotRow& lot : change.lots) {
    if (done.has_error()) break;
    done =
        run(put_lot_.get(), rule, std::string_view(lot.proxy), static_cast<std::int64_t>(lot.seq),
            lot.granted, lot.used, lot.back, lot.debt, lot.late);
  }
  return done;
}

Result<void> Ledger::execute(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fault_of(code);
  return {};
}

Result<Ledger::Statement> Ledger::prepare(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return fault_of(code);
  return Statement(raw);
}

}  // namespace llmgw::collector
