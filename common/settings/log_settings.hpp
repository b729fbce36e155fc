// SPDX-License-Identifier: MIT
// PURE: LOG_LEVEL and LOG_FORMAT, which both daemons share.
#pragma once

#include <array>

#include "common/log/log.hpp"
#include "common/settings/setting.hpp"

namespace llmgw {

struct LogSettings {
  log::Level level = log::Level::info;
  log::Format format = log::Format::json;
};

inline constexpr std::array<std::pair<std::string_view, log::Level>, 4> log_levels{{
    {"debug", log::Level::debug},
    {"info", log::Level::info},
    {"warn", log::Level::warn},
    {"error", log::Level::error},
}};

inline constexpr std::array<std::pair<std::string_view, log::Format>, 2> log_formats{{
    {"json", log::Format::json},
    {"text", log::Format::text},
}};

/// The rows of both variables, for a Config that has them as `log`.
template <class Config>
constexpr std::array<Setting<Config>, 2> log_settings() {
  return {{
      {{"LOG_LEVEL", "info", "`debug`, `info`, `warn` or `error`", {}, "Log"},
       [](SettingInput& input, Config& config) { config.log.level = input.choice(log_levels); },
       [](const Config& config) { return word_of(log_levels, config.log.level); }},
      {{"LOG_FORMAT", "json",
        "`json`: one object a line; `text`: for people, coloured on a terminal. Logs go to stderr"},
       [](SettingInput& input, Config& config) { config.log.format = input.choice(log_formats); },
       [](const Config& config) { return word_of(log_formats, config.log.format); }},
  }};
}

}  // namespace llmgw
