// SPDX-License-Identifier: MIT
// Finding it by its number, mending its end, reading it.
#include "collector/sinks/ndjson/rotated_log.hpp"

#include <fcntl.h>

#include <filesystem>

#include "collector/sinks/ndjson/file_calls.hpp"
#include "collector/sinks/ndjson/log_tail.hpp"
#include "collector/sinks/ndjson/tail_fault.hpp"
#include "collector/sinks/ndjson/torn_line.hpp"
#include "common/log/log.hpp"

namespace llmgw::collector {
namespace {

// Its path; empty where there is none.
std::string find_in_folder(const std::string& path, ino_t inode) {
  namespace fs = std::filesystem;
  std::error_code fault;
  const fs::path folder = fs::absolute(path, fault).parent_path();
  const fs::directory_iterator end;
  for (fs::directory_iterator each(folder, fault); each != end; each.increment(fault)) {
    struct stat status {};
    if (lstat(each->path().c_str(), &status) != 0) continue;
    if (status.st_ino == inode && S_ISREG(status.st_mode)) return each->path().string();
  }
  return {};
}

void cut_rotated(int file, const std::string& path) {
  if (!lock_file(file)) return;  // the log of another collector
  const Result<void> cut = cut_torn_line(file, path, LogSign::event_before);
  if (cut || cut.error().category() == tail_fault_category()) return;
  log::warn("torn last line of a rotated event log cannot be cut off",
            {{"path", path}, {"reason", cut.error().message()}});
}

}  // namespace

void append_rotated_keys(const std::string& log_path, ino_t inode, std::size_t most,
                         std::vector<EventKey>& keys) {
  const std::string path = find_in_folder(log_path, inode);
  if (path.empty()) return;
  Descriptor file = open_beside(path, O_RDWR);
  if (!file.is_open()) file = open_beside(path, O_RDONLY);
  if (!file.is_open()) return;
  const auto found = regular_file(file.number());
  if (!found || found->st_ino != inode) return;  // another one has that name by now
  cut_rotated(file.number(), path);
  const auto status = regular_file(file.number());
  if (status) append_last_keys(file.number(), status->st_size, most, keys);
}

}  // namespace llmgw::collector
