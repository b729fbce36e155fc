// SPDX-License-Identifier: MIT
// Calls on open files, and the errors of the system as values.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <optional>
#include <span>
#include <string>

#include "common/error.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw::collector {

inline boost::system::error_code system_error(int number) noexcept {
  return {number, boost::system::system_category()};
}

/// The status of a regular file; nothing for what is none, such as a pipe.
std::optional<struct stat> regular_file(int file) noexcept;

/// Opens a file that stands beside the event log. No link is followed and no pipe waited for: such
/// names are known, and whoever may write to the folder can have put something else there. None on
/// an error, which is in errno.
Descriptor open_beside(const std::string& path, int mode) noexcept;

/// Fills the block from `offset` on as far as the file goes; how much it was.
Result<std::size_t> read_at(int file, std::span<char> block, off_t offset) noexcept;

/// Keeps other collectors away from a regular file for as long as it is open (flock): two on one
/// file would each store what the other has stored already, and cut at each other's lines.
/// std::errc::device_or_resource_busy where one has it. File systems without locks do without.
Result<void> lock_file(int file) noexcept;

/// Makes the folder's entry of a file durable: only then is a new or renamed file safe.
void sync_folder(const std::string& path) noexcept;

}  // namespace llmgw::collector
