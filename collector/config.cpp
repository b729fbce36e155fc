// SPDX-License-Identifier: MIT
// The collector's table of settings, and how each becomes a member of Config.
#include "collector/config.hpp"

#include <array>

#include "common/text/quantity.hpp"

namespace llmgw::collector {
namespace {

constexpr std::array table{
    Variable{"PORT",
             "8081",
             "events, metrics and health: a port, or an address such as `127.0.0.1:8081` or "
             "`localhost:8081`",
             {},
             "Receiving"},
    Variable{"MAX_EVENTS_BODY", "16MB",
             "larger requests, also after decompression, are answered 413"},
    Variable{events_token_name, "",
             "a file with the bearer token that `POST /events` needs, or with two of them, a line "
             "each, while it is changed: either is taken. Read again when it changes; unset: "
             "anyone who reaches the collector may write",
             "unset"},
    Variable{"EVENT_LOG_PATH", "",
             "NDJSON file that events are appended to; SIGHUP opens it anew (logrotate)", "stdout",
             "Storing"},
    Variable{"EVENT_LOG_SYNC", "none",
             "`none`; `batch`: a request is answered once its events are on disk (`fdatasync`)"},
    log_level_variable,
    log_format_variable,
};

constexpr std::array<std::pair<std::string_view, LogSync>, 2> syncs{{
    {"none", LogSync::none},
    {"batch", LogSync::batch},
}};

}  // namespace

std::span<const Variable> variables() noexcept { return table; }

Checked<Config> load_config(const Environment& environment, const FileReader& read) {
  Settings settings(environment, table);
  Config config{
      .listen = settings.listen_address("PORT"),
      .event_log_path = settings.text("EVENT_LOG_PATH").value_or(""),
      .event_log_sync = settings.choice("EVENT_LOG_SYNC", syncs),
      .max_events_body = settings.size("MAX_EVENTS_BODY", 1, 1ULL << 30),
      .events_token = read_events_token(settings, read),
      .log = read_log_settings(settings),
  };
  Faults faults = settings.take_faults();
  if (!faults.lines.empty()) return faults;
  return config;
}

std::vector<EffectiveSetting> effective(const Config& config) {
  std::vector<EffectiveSetting> all{
      {"PORT", to_string(config.listen)},
      {"MAX_EVENTS_BODY", format_size(config.max_events_body)},
      {events_token_name, config.events_token.file},
      {"EVENT_LOG_PATH", config.event_log_path},
      {"EVENT_LOG_SYNC", std::string(syncs[static_cast<std::size_t>(config.event_log_sync)].first)},
  };
  for (EffectiveSetting& each : effective(config.log)) all.push_back(std::move(each));
  return all;
}

}  // namespace llmgw::collector
