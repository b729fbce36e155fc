// SPDX-License-Identifier: MIT
// The files of a SQLite store: opened for the one who writes, locked, measured.
#pragma once

#include <cstdint>
#include <string>

#include "collector/config.hpp"
#include "collector/sqlite/schema.hpp"
#include "common/system/descriptor.hpp"

namespace llmgw::collector {

/// Keeps other collectors away for as long as it is open, by a lock on `<path>.lock`.
/// StoreFault::in_use where another has it.
Result<Descriptor> lock_store(const std::string& path);

/// A commit is on disk before it returns, unless `sync` is none. `most`: bytes of the file, beyond
/// which nothing is stored; 0: the disk decides. The file is made with mode 0640.
Result<Database> open_for_writing(const std::string& path, LogSync sync, std::uint64_t most);

/// The same of a store that is there and has the tables of this program:
/// std::errc::no_such_file_or_directory, StoreFault::migration_needed.
Result<Database> open_existing(const std::string& path, const Config& config);

/// Of the file and its log. Any thread.
std::uint64_t bytes_of_store(const std::string& path);

}  // namespace llmgw::collector
