// SPDX-License-Identifier: MIT
// How many files and sockets this process may have open.
#pragma once

#include <cstddef>

namespace llmgw {

/// Raises the limit to the most that this process may ask for, and says what it is then. To be
/// called once at start.
std::size_t raise_open_file_limit() noexcept;

}  // namespace llmgw
