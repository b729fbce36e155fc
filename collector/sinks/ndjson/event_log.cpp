// SPDX-License-Identifier: MIT
// Appending whole lines with writev, and taking back what did not get through.
#include "collector/sinks/ndjson/event_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "collector/sinks/ndjson/id_file.hpp"
#include "collector/sinks/ndjson/log_tail.hpp"
#include "collector/sinks/ndjson/rotated_log.hpp"
#include "collector/sinks/ndjson/torn_line.hpp"
#include "common/log/log.hpp"

namespace llmgw::collector {
namespace {

constexpr std::chrono::seconds pause_between_attempts{10};

// For a descriptor that somebody else has made non-blocking: a terminal, or a pipe.
void wait_until_writable(int file) {
  pollfd entry{file, POLLOUT, 0};
  poll(&entry, 1, -1);
}

}  // namespace

Result<std::unique_ptr<EventLog>> EventLog::open(std::string path, LogSync sync) {
  std::unique_ptr<EventLog> made(new EventLog(std::move(path), sync));
  const Result<void> opened = made->open_file();
  if (opened.has_error()) return opened.error();
  return made;
}

std::unique_ptr<EventLog> EventLog::on_descriptor(int number, LogSync sync) {
  std::unique_ptr<EventLog> made(new EventLog({}, sync));
  made->adopt(Descriptor(number));
  return made;
}

Result<void> EventLog::open_file() {
  constexpr mode_t mode = 0640;
  Descriptor opened(::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, mode));
  if (!opened.is_open()) return system_error(errno);
  const Result<void> locked = lock_file(opened.number());
  if (locked.has_error()) return locked.error();
  const Result<void> cut = cut_torn_line(opened.number(), path_, LogSign::event_or_beginning);
  if (cut.has_error()) return cut.error();
  if (sync_ == LogSync::batch) sync_folder(path_);
  adopt(std::move(opened));
  return {};
}

void EventLog::adopt(Descriptor target) {
  target_ = std::move(target);
  const auto status = regular_file(target_.number());
  is_regular_ = status.has_value();
  inode_ = status ? status->st_ino : 0;
  length_ = status ? status->st_size : 0;
  lacks_keys_ = is_regular_ && !path_.empty();
  torn_ = false;
  if (!is_regular_ && sync_ == LogSync::batch)
    log::warn("EVENT_LOG_SYNC=batch has no effect: the event log is no file");
}

Result<void> EventLog::reopen() {
  if (path_.empty()) return {};
  struct stat status {};
  // Nobody has moved it: it is locked, and by us.
  const bool is_same = is_regular_ && stat(path_.c_str(), &status) == 0 &&
                       status.st_ino == inode_ && S_ISREG(status.st_mode);
  return is_same ? Result<void>() : open_file();
}

Result<void> EventLog::check() {
  const auto status = regular_file(target_.number());
  if (!is_regular_) return {};  // only a write can tell
  if (!status) return system_error(EBADF);
  if (status->st_nlink == 0 && !path_.empty()) return open_file();
  // Asks for room without growing the file; what it has set aside the next lines fill.
  constexpr off_t room = 64 * 1024;
  if (fallocate(target_.number(), FALLOC_FL_KEEP_SIZE, status->st_size, room) == 0) return {};
  if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR) return {};
  return system_error(errno);
}

// The length of the file that the next lines go to. Asked each time, for a rotation by copying
// and truncating changes it behind our back.
Result<off_t> EventLog::prepare() {
  if (!is_regular_) return 0;
  auto status = regular_file(target_.number());
  if (status && status->st_nlink == 0 && !path_.empty()) {
    const Result<void> opened = open_file();
    if (opened.has_error()) return opened.error();
    log::warn("event log was removed; begun anew", {{"path", path_}});
    status = regular_file(target_.number());
  }
  const off_t length = status ? status->st_size : 0;
  lacks_keys_ |= length < length_ && !path_.empty();
  return length;
}

Result<void> EventLog::append(std::span<const std::string_view> pieces) {
  const Result<off_t> length_before = prepare();
  if (length_before.has_error()) return length_before.error();
  vectors_.clear();
  static constexpr char line_end = '\n';
  if (torn_) vectors_.push_back({const_cast<char*>(&line_end), 1});
  for (const std::string_view each : pieces) {
    if (!each.empty()) vectors_.push_back({const_cast<char*>(each.data()), each.size()});
  }
  std::size_t written = 0;
  Result<void> outcome = write_all(written);
  if (outcome && is_regular_ && sync_ == LogSync::batch && fdatasync(target_.number()) != 0)
    outcome = system_error(errno);
  length_ = *length_before;
  if (outcome) {
    torn_ = false;
    length_ += static_cast<off_t>(written);
  } else if (written > 0) {
    take_back(*length_before, written);
  }
  return outcome;
}

Result<void> EventLog::write_all(std::size_t& written) {
  std::span<iovec> rest = vectors_;
  while (!rest.empty()) {
    const auto count = static_cast<int>(std::min<std::size_t>(rest.size(), IOV_MAX));
    const ssize_t taken = ::writev(target_.number(), rest.data(), count);
    if (taken < 0) {
      if (errno == EAGAIN) wait_until_writable(target_.number());
      if (errno == EINTR || errno == EAGAIN) continue;
      return system_error(errno);
    }
    written += static_cast<std::size_t>(taken);
    auto left = static_cast<std::size_t>(taken);
    while (!rest.empty() && left >= rest.front().iov_len) {
      left -= rest.front().iov_len;
      rest = rest.subspan(1);
    }
    if (left == 0) continue;
    rest.front().iov_base = static_cast<char*>(rest.front().iov_base) + left;
    rest.front().iov_len -= left;
  }
  return {};
}

void EventLog::take_back(off_t length_before, std::size_t written) {
  const int file = target_.number();
  const off_t expected = length_before + static_cast<off_t>(written);
  // Where somebody else has appended meanwhile, cutting would take theirs.
  const auto status = regular_file(file);
  if (status && status->st_size == expected && ftruncate(file, length_before) == 0) {
    lseek(file, length_before, SEEK_SET);  // for a stdout that does not append by itself
    return;
  }
  torn_ = true;
}

// The log that the ids belong to may be another: a crash may come between its renaming and the next
// id file.
std::vector<EventKey> EventLog::recall(std::size_t most) {
  if (path_.empty() || !is_regular_) {
    log::info("no event of before this start is known: the event log cannot be read back");
    return {};
  }
  std::vector<EventKey> keys;
  auto stored = read_id_file(id_file_path(path_));
  if (stored) {
    keys = std::move(stored->keys);
    lacks_keys_ = stored->log_inode != inode_;
    if (lacks_keys_) append_rotated_keys(path_, stored->log_inode, most, keys);
  } else if (stored.error() != std::errc::no_such_file_or_directory) {
    log::warn("ids of earlier events cannot be read; only those in the event log are known",
              {{"path", id_file_path(path_)}, {"reason", stored.error().message()}});
  }
  append_last_keys(target_.number(), length_, most, keys);
  return keys;
}

bool EventLog::wants_keys() const {
  return lacks_keys_ && std::chrono::steady_clock::now() >= keep_after_;
}

void EventLog::keep(std::span<const EventKey> keys) {
  const std::string path = id_file_path(path_);
  const auto kept = write_id_file(path, inode_, keys, sync_ == LogSync::batch);
  lacks_keys_ = kept.has_error();
  if (!lacks_keys_) return;
  keep_after_ = std::chrono::steady_clock::now() + pause_between_attempts;
  log::warn("ids of stored events cannot be kept for a restart; tried again later",
            {{"path", path}, {"reason", kept.error().message()}});
}

}  // namespace llmgw::collector
