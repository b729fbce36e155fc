// SPDX-License-Identifier: MIT
// The files that a path names, and by what one sees that they have changed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/error.hpp"

namespace llmgw {

/// How settings see folders; tests put a list in its place.
using FileLister = std::function<Result<std::vector<std::string>>(const std::string& path)>;

/// The path itself where it names no folder; else the path of each file in that folder, in the
/// order of their names, but for names that begin with a dot and folders within. Links are
/// followed. Errors are the system's own codes. Blocks: start-up and timers only.
Result<std::vector<std::string>> list_files(const std::string& path);

/// What tells a file from the one that stood at its path before.
struct FileStamp {
  std::string path;
  std::uint64_t device = 0;  ///< this and all that follow: 0 where there is no such file
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t seconds = 0;      ///< of its last change
  std::int64_t nanoseconds = 0;  ///< beside those

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Looks at the file behind all links.
FileStamp stamp_of(const std::string& path);

}  // namespace llmgw
