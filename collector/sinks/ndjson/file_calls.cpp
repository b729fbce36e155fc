// SPDX-License-Identifier: MIT
// Plain system calls, interrupted ones tried again.
#include "collector/sinks/ndjson/file_calls.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace llmgw::collector {

std::optional<struct stat> regular_file(int file) noexcept {
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return status;
}

Descriptor open_beside(const std::string& path, int mode) noexcept {
  return Descriptor(::open(path.c_str(), mode | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

Result<std::size_t> read_at(int file, std::span<char> block, off_t offset) noexcept {
  std::size_t done = 0;
  while (done < block.size()) {
    const ssize_t got =
        pread(file, block.data() + done, block.size() - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<void> lock_file(int file) noexcept {
  if (!regular_file(file) || flock(file, LOCK_EX | LOCK_NB) == 0) return {};
  return errno == EWOULDBLOCK ? Result<void>(system_error(EBUSY)) : Result<void>();
}

void sync_folder(const std::string& path) noexcept {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) fsync(opened.number());
}

}  // namespace llmgw::collector
