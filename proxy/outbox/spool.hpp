// SPDX-License-Identifier: MIT
// Spool: events on disk, in order, until the collector has them. They survive a crash of the proxy
// and an outage of the collector.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "common/metrics/counter.hpp"
#include "proxy/outbox/spool_file.hpp"
#include "proxy/outbox/spool_folder.hpp"
#include "proxy/outbox/wal_check.hpp"

namespace llmgw::proxy {

/// A folder of spool files: the newest is written, the oldest is read, and one whose events are all
/// acknowledged is removed. Used by the delivery thread alone, but for the counters.
class Spool {
 public:
  /// Makes the folder where it is missing, takes it for this process, and begins a file. What an
  /// earlier run left is looked into up to a bound, the rest is left to look_into_next().
  static Opened<std::unique_ptr<Spool>> open(const std::string& folder, std::uint64_t most_bytes);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Looks into the next file of an earlier run; false when there is none left. Its events are then
  /// in take_found().
  bool look_into_next();
  /// Events of an earlier run that were found since the last call.
  std::uint64_t take_found() noexcept { return std::exchange(found_, 0); }
  /// Events that were appended or found, and then could not be read.
  std::uint64_t take_lost() noexcept { return std::exchange(lost_, 0); }

  /// False if the events could not be kept: the spool is full, or the disk does not take them.
  bool append(std::string_view lines, std::size_t events);
  /// Fills an empty batch with the oldest events; it stays empty if there are none.
  void read(Batch& batch, const BatchBounds& bounds);
  /// What was read last is delivered.
  void acknowledge();

  /// Whether the disk did not take the last append; a full spool is no failure.
  bool is_failing() const noexcept { return disk_fails_; }

  /// Any thread.
  std::uint64_t bytes() const noexcept { return bytes_.value(); }
  std::uint64_t set_aside() const noexcept { return set_aside_.value(); }

 private:
  struct Entry {
    std::string name;
    std::unique_ptr<SpoolFile> file;  // while it is written or read
    std::uint64_t events = 0;         // while it is not open
    std::uint64_t bytes = 0;
    bool is_known = false;  // was looked into; always so for those of this run
    bool is_damaged = false;
  };
  using Entries = std::deque<Entry>;

  Spool(std::string folder, std::uint64_t most_bytes, FolderLock lock);
  bool look_into(Entries::iterator entry);
  bool open_file(Entry& entry);
  SpoolFile* file_to_write();
  bool begin_file();
  bool is_written(const Entry& entry) const noexcept;
  static void close_file(Entry& entry) noexcept;
  void condemn(Entry& entry, std::string_view reason);
  void erase(Entries::iterator entry);
  void note_disk_failure(std::string_view reason);
  std::uint64_t sum_bytes() const noexcept;
  std::uint64_t sum_known_bytes() const noexcept;
  std::string path_of(const Entry& entry) const { return folder_ + '/' + entry.name; }

  std::string folder_;
  std::uint64_t most_bytes_;
  std::uint64_t file_bytes_;  // a file that has grown to this is written no more
  FolderLock lock_;
  Entries entries_;  // by age
  std::uint64_t next_number_ = 1;
  std::uint64_t found_ = 0;
  std::uint64_t lost_ = 0;
  bool writing_ = false;  // the last entry takes appends
  bool disk_fails_ = false;
  bool is_full_ = false;
  bool made_room_ = false;                            // since it was found full
  std::chrono::steady_clock::time_point next_try_{};  // of a disk that fails
  Counter bytes_, set_aside_;
};

}  // namespace llmgw::proxy
