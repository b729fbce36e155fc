// SPDX-License-Identifier: MIT
// An event log that was rotated away while no collector ran.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "collector/sinks/event_key.hpp"

namespace llmgw::collector {

/// Appends the keys of the last `most` lines of the file that has this number, if it is in the
/// folder of `log_path`, whatever its name. What a crash has left of an unfinished last line is cut
/// off first: only where the line before it is an event and no other collector has the file locked,
/// for a number is given anew once a file is removed. What cannot be cut is logged; what cannot be
/// read is passed over.
void append_rotated_keys(const std::string& log_path, ino_t inode, std::size_t most,
                         std::vector<EventKey>& keys);

}  // namespace llmgw::collector
