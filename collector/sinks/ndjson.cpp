// SPDX-License-Identifier: MIT
// Appending whole lines with writev, and taking back what did not get through.
#include "collector/sinks/ndjson.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <optional>
#include <utility>

#include "common/log.hpp"

namespace llmgw::collector {
namespace {

boost::system::error_code system_error(int number) {
  return {number, boost::system::system_category()};
}

// Length of a regular file; nothing for what has none, such as a pipe.
std::optional<off_t> regular_length(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return status.st_size;
}

// Where the last whole line ends.
Result<off_t> whole_lines(int file, off_t length) {
  std::array<char, 64 * 1024> block;
  while (length > 0) {
    const off_t begin = std::max<off_t>(length - static_cast<off_t>(block.size()), 0);
    const ssize_t got = pread(file, block.data(), static_cast<std::size_t>(length - begin), begin);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno);
    const std::string_view bytes(block.data(), static_cast<std::size_t>(got));
    const std::size_t found = bytes.rfind('\n');
    if (found != std::string_view::npos) return begin + static_cast<off_t>(found) + 1;
    length = begin;
  }
  return 0;
}

// A crash of the machine may leave zeros where an event was on its way to the disk.
bool looks_like_event(int file, off_t begin) {
  char first = 0;
  return pread(file, &first, 1, begin) == 1 && (first == '{' || first == '\0');
}

Result<void> cut_torn_line(int file, const std::string& path) {
  const std::optional<off_t> length = regular_length(file);
  if (!length) return {};
  const Result<off_t> whole = whole_lines(file, *length);
  if (whole.has_error()) return whole.error();
  if (*whole == *length) return {};
  if (!looks_like_event(file, *whole)) return system_error(EILSEQ);
  if (ftruncate(file, *whole) != 0) return system_error(errno);
  log::warn("torn last line cut off", {{"path", path}, {"bytes", *length - *whole}});
  return {};
}

// A new file is safe only once its folder's entry is.
void sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) fsync(opened.number());
}

// For a descriptor that somebody else has made non-blocking: a terminal, or a pipe.
void wait_until_writable(int file) {
  pollfd entry{file, POLLOUT, 0};
  poll(&entry, 1, -1);
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (is_open()) ::close(number_);
}

Result<std::unique_ptr<NdjsonSink>> NdjsonSink::open(std::string path, LogSync sync) {
  std::unique_ptr<NdjsonSink> made(new NdjsonSink(std::move(path), sync));
  const Result<void> opened = made->open_file();
  if (opened.has_error()) return opened.error();
  return made;
}

std::unique_ptr<NdjsonSink> NdjsonSink::on_descriptor(int number, LogSync sync) {
  std::unique_ptr<NdjsonSink> made(new NdjsonSink({}, sync));
  made->adopt(Descriptor(number));
  return made;
}

Result<void> NdjsonSink::open_file() {
  constexpr mode_t mode = 0640;
  Descriptor opened(::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, mode));
  if (!opened.is_open()) return system_error(errno);
  const Result<void> cut = cut_torn_line(opened.number(), path_);
  if (cut.has_error()) return cut.error();
  if (sync_ == LogSync::batch) sync_folder(path_);
  adopt(std::move(opened));
  return {};
}

void NdjsonSink::adopt(Descriptor target) {
  target_ = std::move(target);
  is_regular_ = regular_length(target_.number()).has_value();
  torn_ = false;
  if (!is_regular_ && sync_ == LogSync::batch)
    log::warn("EVENT_LOG_SYNC=batch has no effect: the event log is no file");
}

Result<void> NdjsonSink::reopen() {
  if (path_.empty()) return {};
  return open_file();
}

Result<void> NdjsonSink::check() {
  if (!is_regular_) return {};  // only a write can tell
  const std::optional<off_t> length = regular_length(target_.number());
  if (!length) return system_error(EBADF);
  // Asks for room without growing the file; what it has set aside the next lines fill.
  constexpr off_t room = 64 * 1024;
  if (fallocate(target_.number(), FALLOC_FL_KEEP_SIZE, *length, room) == 0) return {};
  if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR) return {};
  return system_error(errno);
}

Result<void> NdjsonSink::write(std::span<const std::string_view> pieces) {
  vectors_.clear();
  static constexpr char line_end = '\n';
  if (torn_) vectors_.push_back({const_cast<char*>(&line_end), 1});
  for (const std::string_view each : pieces) {
    if (!each.empty()) vectors_.push_back({const_cast<char*>(each.data()), each.size()});
  }
  // Asked each time, for a rotation by copying and truncating changes it behind our back.
  const off_t length_before = regular_length(target_.number()).value_or(0);
  std::size_t written = 0;
  Result<void> outcome = write_all(written);
  if (outcome && is_regular_ && sync_ == LogSync::batch && fdatasync(target_.number()) != 0)
    outcome = system_error(errno);
  if (outcome) {
    torn_ = false;
  } else if (written > 0) {
    take_back(length_before, written);
  }
  return outcome;
}

Result<void> NdjsonSink::write_all(std::size_t& written) {
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

void NdjsonSink::take_back(off_t length_before, std::size_t written) {
  const int file = target_.number();
  const off_t expected = length_before + static_cast<off_t>(written);
  // Where somebody else has appended meanwhile, cutting would take theirs.
  if (is_regular_ && regular_length(file) == expected && ftruncate(file, length_before) == 0) {
    lseek(file, length_before, SEEK_SET);  // for a stdout that does not append by itself
    return;
  }
  torn_ = true;
}

}  // namespace llmgw::collector
