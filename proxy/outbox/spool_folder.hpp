// SPDX-License-Identifier: MIT
// The folder of a spool: whose it is, and which files it holds.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/system/result.hpp>

namespace llmgw::proxy {

/// Holds a folder for this process for as long as it lives. The kernel lets go of it when the
/// process dies, however that happens.
class FolderLock {
 public:
  explicit FolderLock(int descriptor) noexcept : descriptor_(descriptor) {}
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FolderLock();

 private:
  int descriptor_;
};

/// Why a spool cannot be had, for people.
struct SpoolProblem {
  std::string text;
};
template <class T>
using Opened = boost::system::result<T, SpoolProblem>;
[[noreturn]] void throw_exception_from_error(const SpoolProblem& problem,
                                             const boost::source_location&);

/// Makes the folder where it is missing, for this user only, and locks it.
Opened<FolderLock> take_folder(const std::string& folder);

struct FolderFile {
  std::uint64_t number = 0;
  std::string name;
  std::uint64_t bytes = 0;
};

/// The spool's files, oldest first.
std::vector<FolderFile> list_folder(const std::string& folder);

/// `events-0000000001.db`.
std::string file_name(std::uint64_t number);
/// Removes a file and its log.
void remove_file(const std::string& path);
/// Renames a file and its log to `damaged-...`, for someone to look into.
void set_file_aside(const std::string& folder, const std::string& name);

}  // namespace llmgw::proxy
