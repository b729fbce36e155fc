// SPDX-License-Identifier: MIT
// The end of an event log: which events stand there.
#pragma once

#include <sys/types.h>

#include <vector>

#include "collector/sinks/event_key.hpp"

namespace llmgw::collector {

/// Appends the keys of the last `most` lines, oldest first; of fewer where they are longer than 1
/// GiB together. Lines that hold no event with an id are passed over, and so is what cannot be
/// read.
void append_last_keys(int file, off_t length, std::size_t most, std::vector<EventKey>& keys);

}  // namespace llmgw::collector
