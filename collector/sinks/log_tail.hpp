// SPDX-License-Identifier: MIT
// The end of an event log: a last line that is torn, and which events stand before it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "collector/sinks/event_key.hpp"
#include "common/error.hpp"

namespace llmgw::collector {

/// Whether the piece of a line that begins there may be cut off: it begins an event, or is zeros,
/// which a crash of the machine may leave where an event was on its way to the disk.
bool looks_like_event(int file, off_t begin);

/// Whether the last of the whole lines that end there is an event.
bool ends_with_event(int file, off_t end);

/// Cuts the unfinished last line off, if there is one, and logs it with `path`. The system's error
/// where that fails; std::errc::illegal_byte_sequence where `is_ours` says no, which is asked about
/// the place where that line begins.
Result<void> cut_torn_line(int file, const std::string& path, bool (*is_ours)(int, off_t));

/// Appends the keys of the last `most` lines, oldest first; of fewer where they are longer than 1
/// GiB together. Lines that hold no event with an id are passed over, and so is what cannot be
/// read.
void append_last_keys(int file, off_t length, std::size_t most, std::vector<EventKey>& keys);

}  // namespace llmgw::collector
