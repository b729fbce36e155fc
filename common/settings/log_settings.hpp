// SPDX-License-Identifier: MIT
// PURE: LOG_LEVEL and LOG_FORMAT, which both daemons share.
#pragma once

#include <array>

#include "common/log/log.hpp"
#include "common/settings/settings.hpp"

namespace llmgw {

struct LogSettings {
  log::Level level = log::Level::info;
  log::Format format = log::Format::json;
};

inline constexpr Variable log_level_variable{
    "LOG_LEVEL", "info", "`debug`, `info`, `warn` or `error`", {}, "Log"};
inline constexpr Variable log_format_variable{
    "LOG_FORMAT", "json",
    "`json`: one object a line; `text`: for people, coloured on a terminal. Logs go to stderr"};

/// Reads both variables.
LogSettings read_log_settings(Settings& settings);

/// Both as they are in effect.
std::array<EffectiveSetting, 2> effective(const LogSettings& log);

}  // namespace llmgw
