// SPDX-License-Identifier: MIT
// EventLog: lines at the end of a file, or on stdout.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/config.hpp"
#include "collector/sinks/event_key.hpp"
#include "collector/sinks/ndjson/file_calls.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// A line in a file is whole or not there: what a failed write left is taken back, a torn last line
/// that a crash left is cut off when the file is opened (and logged). A file that somebody removes
/// is begun anew by the next write.
///
/// Which events a file holds is read from its last lines. Those of a file that was rotated away are
/// in `<path>.ids`, and until that is written they are read from the file itself, wherever in the
/// folder it was moved; its torn last line is cut off as well. A pipe or a terminal cannot be read
/// back.
///
/// Used by one thread at a time; every call may block. Errors are the system's own.
class EventLog {
 public:
  /// Appends to the file, which is made with mode 0640 if it is not there. The system's error where
  /// it cannot be opened; a tail_fault where its unfinished last line is not surely the piece of an
  /// event, for then the file is hardly ours to cut; std::errc::device_or_resource_busy where
  /// another process has it locked (flock), which is another collector.
  static Result<std::unique_ptr<EventLog>> open(std::string path, LogSync sync);

  /// Appends to a descriptor, which it takes over; there is nothing to reopen.
  static std::unique_ptr<EventLog> on_descriptor(int number, LogSync sync);

  /// Appends all lines of all pieces, in order, or none of them. A piece is one or more whole
  /// lines, each with its `\n`.
  Result<void> append(std::span<const std::string_view> pieces);

  /// Takes up anew what it writes to. On an error it goes on with what it had.
  Result<void> reopen();

  /// Whether an append has a chance: asked after one has failed, to find out when it is over.
  Result<void> check();

  /// The keys of the events stored last, as far as they can be told after a restart: at least the
  /// last `most`, oldest first; none where nothing can be read back. Asked once, before any append.
  std::vector<EventKey> recall(std::size_t most);

  /// Whether it asks for the keys of what was stored so far, because recall() could not find them
  /// all again: after a rotation. Asked after each call.
  bool wants_keys() const;
  /// Keeps them for recall(). What goes wrong is its own business: it says so, and asks again
  /// later.
  void keep(std::span<const EventKey> keys);

 private:
  EventLog(std::string path, LogSync sync) : path_(std::move(path)), sync_(sync) {}

  Result<void> open_file();
  Result<off_t> prepare();
  void adopt(Descriptor target);
  Result<void> write_all(std::size_t& written);
  void take_back(off_t length_before, std::size_t written);

  std::string path_;  // empty: not a file of ours
  LogSync sync_;
  Descriptor target_;
  ino_t inode_ = 0;
  off_t length_ = 0;         // after the last write
  bool is_regular_ = false;  // can be truncated and synced
  bool torn_ = false;        // the last line is unfinished and could not be taken back
  bool lacks_keys_ = false;  // of events that are no longer in the file
  std::chrono::steady_clock::time_point keep_after_;
  std::vector<iovec> vectors_;
};

}  // namespace llmgw::collector
