// SPDX-License-Identifier: MIT
// Statements on SQLite.
#include "proxy/outbox/spool_file.hpp"

#include <sqlite3.h>

#include <filesystem>

namespace llmgw::proxy {
namespace {

// Small pages: each append writes the last page once more, and a lone event fills no large one.
constexpr const char* settings =
    "PRAGMA page_size=1024;"
    // No other connection, so no index of the log in shared memory and no lock per transaction.
    "PRAGMA locking_mode=EXCLUSIVE;"
    // Without checkpoints there is no order of writes that fsync would have to keep.
    "PRAGMA synchronous=OFF;"
    "PRAGMA journal_mode=WAL;"
    "PRAGMA wal_autocheckpoint=0;"
    "PRAGMA cache_size=-512;";
// `events` stands before `lines`, so that counting reads no batch.
constexpr const char* schema =
    "BEGIN;"
    "CREATE TABLE IF NOT EXISTS batch(id INTEGER PRIMARY KEY, events INTEGER NOT NULL, "
    "lines BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS progress(acknowledged INTEGER NOT NULL);"
    "INSERT INTO progress SELECT 0 WHERE NOT EXISTS (SELECT * FROM progress);"
    "COMMIT";

constexpr std::uint64_t frame_header = 24;  // of each page in the log

errc fault_of(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // a table or column that is not there
    case SQLITE_MISMATCH: return errc::malformed_message;
    default: return errc::io_failed;
  }
}

std::uint64_t size_of(const std::string& path) {
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  return code ? 0 : size;
}

// SQLITE_OPEN_NOFOLLOW refuses links anywhere in a path. One on the way to the folder is the
// operator's own, and is resolved; the file itself is none of ours where it is a link.
std::string without_links_before(const std::string& path) {
  const std::filesystem::path given(path);
  std::error_code code;
  const auto folder = std::filesystem::canonical(given.parent_path(), code);
  return code ? path : (folder / given.filename()).string();
}

}  // namespace

void SpoolFile::Close::operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
void SpoolFile::Close::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

SpoolFile::~SpoolFile() = default;

Result<std::unique_ptr<SpoolFile>> SpoolFile::open(const std::string& path,
                                                   bool keep_acknowledgements) {
  std::unique_ptr<SpoolFile> file(new SpoolFile());
  file->keep_acknowledgements_ = keep_acknowledgements;
  sqlite3* raw = nullptr;
  constexpr int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  const int code = sqlite3_open_v2(without_links_before(path).c_str(), &raw, flags, nullptr);
  file->database_.reset(raw);
  if (code != SQLITE_OK) return fault_of(code);
  if (const Result<void> ready = file->set_up(); ready.has_error()) return ready.error();
  file->bytes_ = size_of(path) + size_of(wal_of(path));
  return file;
}

Result<void> SpoolFile::set_up() {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (const auto done = execute(settings); done.has_error()) return done;
  sqlite3_wal_hook(database_.get(), log_grew, this);
  if (keep_acknowledgements_) {
    if (const auto done = execute(schema); done.has_error()) return done;
  }
  const std::pair<Statement*, const char*> wanted[] = {
      {&insert_, "INSERT INTO batch(events, lines) VALUES(?, ?)"},
      {&select_, "SELECT id, events, lines FROM batch WHERE id > ? ORDER BY id"},
      {&acknowledge_, "UPDATE progress SET acknowledged = ?"}};
  for (const auto& [statement, sql] : wanted) {
    auto prepared = prepare(sql);
    if (prepared.has_error()) return prepared.error();
    *statement = std::move(*prepared);
  }
  return count();
}

Result<void> SpoolFile::count() {
  auto counted = prepare(
      "SELECT acknowledged, (SELECT total(events) FROM batch WHERE id > acknowledged) "
      "FROM progress");
  if (counted.has_error()) return counted.error();
  const int code = sqlite3_step(counted->get());
  if (code == SQLITE_DONE) return errc::malformed_message;  // no row
  if (code != SQLITE_ROW) return fault_of(code);
  read_to_ = sqlite3_column_int64(counted->get(), 0);
  events_ = static_cast<std::uint64_t>(sqlite3_column_int64(counted->get(), 1));
  return {};
}

Result<void> SpoolFile::append(std::string_view lines, std::size_t events) {
  sqlite3_stmt* insert = insert_.get();
  sqlite3_bind_int64(insert, 1, static_cast<std::int64_t>(events));
  const std::string_view packed = packer_.pack(lines);
  sqlite3_bind_blob64(insert, 2, packed.data(), packed.size(), SQLITE_STATIC);
  const int code = sqlite3_step(insert);
  sqlite3_reset(insert);
  sqlite3_clear_bindings(insert);
  if (code != SQLITE_DONE) return fault_of(code);
  events_ += events;
  return {};
}

Result<void> SpoolFile::read(Batch& batch, const BatchBounds& bounds) {
  sqlite3_stmt* select = select_.get();
  sqlite3_bind_int64(select, 1, read_to_);
  int code = SQLITE_ROW;
  Result<Row> row = Row::taken;
  while (row.has_value() && *row == Row::taken && (code = sqlite3_step(select)) == SQLITE_ROW)
    row = take_row(batch, bounds);
  sqlite3_reset(select);
  if (row.has_error()) return row.error();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return fault_of(code);
  return {};
}

// Leaves a row that would make the batch too large.
Result<SpoolFile::Row> SpoolFile::take_row(Batch& batch, const BatchBounds& bounds) {
  sqlite3_stmt* select = select_.get();
  const auto events = static_cast<std::size_t>(sqlite3_column_int64(select, 1));
  const auto* data = static_cast<const char*>(sqlite3_column_blob(select, 2));
  const std::string_view packed(data, static_cast<std::size_t>(sqlite3_column_bytes(select, 2)));
  const auto size = Packer::size_of(packed, BatchBounds{}.bytes);
  if (size.has_error()) return size.error();
  const bool fits =
      batch.lines().size() + *size <= bounds.bytes && batch.events() + events <= bounds.events;
  if (!fits && !batch.is_empty()) return Row::left;
  const auto lines = packer_.unpack(packed, *size);
  if (lines.has_error()) return lines.error();
  batch.append(*lines, events);
  read_to_ = sqlite3_column_int64(select, 0);
  events_read_ += events;
  return Row::taken;
}

// Packing may fail to make it smaller; then there are the pages, their frames, and the pages of the
// tree above them.
std::uint64_t SpoolFile::cost(std::size_t bytes) noexcept {
  constexpr std::uint64_t pages_above = 8;
  const std::uint64_t pages = bytes / (page_size - 64) + 1 + pages_above;
  return pages * (page_size + frame_header);
}

// A failure costs no event: what is not marked is delivered once more after a crash, and the
// collector knows it by its id.
void SpoolFile::acknowledge() noexcept {
  events_ -= std::exchange(events_read_, 0);
  if (!keep_acknowledgements_) return;
  sqlite3_bind_int64(acknowledge_.get(), 1, read_to_);
  sqlite3_step(acknowledge_.get());
  sqlite3_reset(acknowledge_.get());
}

Result<void> SpoolFile::execute(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fault_of(code);
  return {};
}

Result<SpoolFile::Statement> SpoolFile::prepare(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return fault_of(code);
  return Statement(raw);
}

int SpoolFile::log_grew(void* self, sqlite3*, const char*, int frames) {
  constexpr std::uint64_t header = 32;
  static_cast<SpoolFile*>(self)->bytes_ =
      page_size + header + static_cast<std::uint64_t>(frames) * (page_size + frame_header);
  return SQLITE_OK;
}

}  // namespace llmgw::proxy
