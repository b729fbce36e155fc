// SPDX-License-Identifier: MIT
// SpoolFile: one SQLite database that holds batches of events in their order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/error.hpp"
#include "proxy/outbox/batch.hpp"
#include "proxy/outbox/packer.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace llmgw::proxy {

/// A database in WAL mode that is never checkpointed: it is written at the end of its log only,
/// where every frame has a checksum, and is removed as a whole once all of it is acknowledged. So
/// nothing in it is ever rewritten, nothing waits for the disk, and a process that is killed leaves
/// every finished append readable.
///
/// One user at a time; the folder's lock sees to that. Errors: errc::io_failed if the disk does not
/// take or give the bytes, errc::malformed_message if the content is not what was written.
class SpoolFile {
 public:
  /// Makes a new file, or opens one that an earlier run or open() left. `keep_acknowledgements`:
  /// false leaves the file as it is, for one that is to be looked at later.
  static Result<std::unique_ptr<SpoolFile>> open(const std::string& path,
                                                 bool keep_acknowledgements = true);
  ~SpoolFile();
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  /// Adds lines as one transaction: all of them or none. At most BatchBounds{}.bytes.
  Result<void> append(std::string_view lines, std::size_t events);
  /// Adds what follows the last read to `batch`, within the bounds; nothing at the end.
  Result<void> read(Batch& batch, const BatchBounds& bounds);
  /// At most what an append of so many bytes adds to the file.
  static std::uint64_t cost(std::size_t bytes) noexcept;
  /// What was read so far will not be read again after the next open().
  void acknowledge() noexcept;

  /// Appended or found, and not acknowledged.
  std::uint64_t events() const noexcept { return events_; }
  /// On disk.
  std::uint64_t bytes() const noexcept { return bytes_; }

  static constexpr int page_size = 1024;

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;

  SpoolFile() = default;
  Result<void> set_up();
  Result<void> count();
  enum class Row { taken, left };
  Result<Row> take_row(Batch& batch, const BatchBounds& bounds);
  Result<void> execute(const char* sql);
  Result<Statement> prepare(const char* sql);
  static int log_grew(void* self, sqlite3*, const char*, int frames);

  std::unique_ptr<sqlite3, Close> database_;
  Statement insert_, select_, acknowledge_;
  Packer packer_;
  std::int64_t read_to_ = 0;
  std::uint64_t events_read_ = 0;  // and not acknowledged
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  bool keep_acknowledgements_ = true;
};

/// The names of a file's parts, to remove or rename it. The second may not exist.
inline std::string wal_of(const std::string& path) { return path + "-wal"; }

}  // namespace llmgw::proxy
