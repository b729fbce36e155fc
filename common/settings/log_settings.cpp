// SPDX-License-Identifier: MIT
// Reading and describing the settings of the log.
#include "common/settings/log_settings.hpp"

namespace llmgw {
namespace {

constexpr std::array<std::pair<std::string_view, log::Level>, 4> levels{{
    {"debug", log::Level::debug},
    {"info", log::Level::info},
    {"warn", log::Level::warn},
    {"error", log::Level::error},
}};

constexpr std::array<std::pair<std::string_view, log::Format>, 2> formats{{
    {"json", log::Format::json},
    {"text", log::Format::text},
}};

}  // namespace

LogSettings read_log_settings(Settings& settings) {
  return {.level = settings.choice("LOG_LEVEL", levels),
          .format = settings.choice("LOG_FORMAT", formats)};
}

std::array<EffectiveSetting, 2> effective(const LogSettings& log) {
  return {
      {{log_level_variable.name, std::string(levels[static_cast<std::size_t>(log.level)].first)},
       {log_format_variable.name,
        std::string(formats[static_cast<std::size_t>(log.format)].first)}}};
}

}  // namespace llmgw
