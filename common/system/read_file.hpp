// SPDX-License-Identifier: MIT
// Small files read whole: mounted keys, CA bundles, cgroup limits.
#pragma once

#include <functional>
#include <string>

#include "common/error.hpp"

namespace llmgw {

/// How settings see files; tests put a map in its place.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// The content of a file of at most 4 MiB. Errors are the system's own codes (their text is meant
/// for the person at the keyboard), `file_too_large` among them. Blocks: start-up and timers only.
Result<std::string> read_file(const std::string& path);

}  // namespace llmgw
