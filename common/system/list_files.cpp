// SPDX-License-Identifier: MIT
// Asking the file system.
#include "common/system/list_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace llmgw {

Result<std::vector<std::string>> list_files(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code fault;
  const auto status = fs::status(path, fault);
  if (status.type() == fs::file_type::not_found)
    fault = std::make_error_code(std::errc::no_such_file_or_directory);
  if (fault) return boost::system::error_code(fault);
  if (status.type() != fs::file_type::directory) return std::vector<std::string>{path};

  std::vector<std::string> files;
  fs::directory_iterator entry(path, fault);
  for (; !fault && entry != fs::directory_iterator(); entry.increment(fault)) {
    std::error_code unreadable;  // a link to nowhere: the list names it, whoever reads it will say
    const bool is_folder = entry->is_directory(unreadable);
    const std::string name = entry->path().filename().string();
    if (!is_folder && !name.starts_with('.')) files.push_back(entry->path().string());
  }
  if (fault) return boost::system::error_code(fault);
  std::sort(files.begin(), files.end());
  return files;
}

FileStamp stamp_of(const std::string& path) {
  struct stat found;
  FileStamp stamp{.path = path};
  if (::stat(path.c_str(), &found) != 0) return stamp;
  stamp.device = found.st_dev;
  stamp.inode = found.st_ino;
  stamp.size = static_cast<std::uint64_t>(found.st_size);
  stamp.seconds = found.st_mtim.tv_sec;
  stamp.nanoseconds = found.st_mtim.tv_nsec;
  return stamp;
}

}  // namespace llmgw
