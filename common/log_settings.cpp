// SPDX-License-Identifier: MIT
// Reading and describing the settings of the log.
#include "common/log_settings.hpp"

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

std::string describe(const LogSettings& log) {
  std::string text = "LOG_LEVEL=";
  text += levels[static_cast<std::size_t>(log.level)].first;
  text += "\nLOG_FORMAT=";
  text += formats[static_cast<std::size_t>(log.format)].first;
  return text += '\n';
}

}  // namespace llmgw
