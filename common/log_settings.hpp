// SPDX-License-Identifier: MIT
// PURE: LOG_LEVEL and LOG_FORMAT, which both daemons share.
#pragma once

#include <string>

#include "common/log.hpp"
#include "common/settings.hpp"

namespace llmgw {

struct LogSettings {
  log::Level level = log::Level::info;
  log::Format format = log::Format::json;
};

inline constexpr Variable log_level_variable{"LOG_LEVEL", "info",
                                             "`debug`, `info`, `warn` or `error`"};
inline constexpr Variable log_format_variable{
    "LOG_FORMAT", "json", "`json`: one object a line; `text`: for people. Logs go to stderr"};

/// Reads both variables.
LogSettings read_log_settings(Settings& settings);

/// `LOG_LEVEL=info\nLOG_FORMAT=json\n`.
std::string describe(const LogSettings& log);

}  // namespace llmgw
