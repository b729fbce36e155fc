// SPDX-License-Identifier: MIT
// The unfinished last line of an event log, which a crash leaves: cut off, if it is ours.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "common/error.hpp"

namespace llmgw::collector {

/// By what a file is known for an event log before anything of it is cut.
enum class LogSign : std::uint8_t {
  /// A whole line before the unfinished one is an event, or that one itself is an event but for its
  /// line end, or begins with the member that gateways begin with.
  event_or_beginning,
  /// The line before is an event.
  event_before,
};

/// Cuts the unfinished last line off, if there is one, and logs it with `path`. Only what is surely
/// the piece of an event is cut, or zeros behind one, which a crash of the machine may leave where
/// an event was on its way to the disk. A tail_fault, and nothing touched, where it is anything
/// else; the system's error where cutting fails.
Result<void> cut_torn_line(int file, const std::string& path, LogSign sign);

}  // namespace llmgw::collector
