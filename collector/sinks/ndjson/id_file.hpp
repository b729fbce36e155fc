// SPDX-License-Identifier: MIT
// The file beside an event log that holds the ids of events which are no longer in it.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "collector/sinks/event_key.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

struct IdFile {
  ino_t log_inode = 0;         ///< of the log that was written when the ids were put down
  std::vector<EventKey> keys;  ///< oldest first
};

/// `/var/log/events.ndjson.ids`
std::string id_file_path(const std::string& log_path);

/// std::errc::no_such_file_or_directory where there is none; errc::malformed_message where it is
/// damaged, which its checksum tells.
Result<IdFile> read_id_file(const std::string& path);

/// Replaces the file as a whole: a crash leaves the old one or the new one. With `is_durable` it is
/// on disk afterwards.
Result<void> write_id_file(const std::string& path, ino_t log_inode, std::span<const EventKey> keys,
                           bool is_durable);

}  // namespace llmgw::collector
