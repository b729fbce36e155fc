// SPDX-License-Identifier: MIT
// The collector's table of settings, and how each becomes a member of Config.
#include "collector/config.hpp"

#include <array>

#include "collector/store/store_url.hpp"
#include "common/settings/config_sections.hpp"
#include "common/settings/setting.hpp"
#include "common/text/quantity.hpp"
#include "pricing/sections.hpp"

namespace llmgw::collector {
namespace {

constexpr std::array<std::pair<std::string_view, LogSync>, 2> syncs{{
    {"none", LogSync::none},
    {"batch", LogSync::batch},
}};

using Row = Setting<Config>;

constexpr std::array<std::pair<std::string_view, StoreMigrate>, 2> migrates{{
    {"auto", StoreMigrate::automatic},
    {"check", StoreMigrate::check},
}};

void read_store_url(SettingInput& input, Config& config) {
  config.store_url = input.text().value_or("");
  if (config.store_url.empty()) return;
  const std::string_view fault = store_url_fault(config.store_url);
  if (!fault.empty()) return input.fault(config.store_url, fault);
  if (!config.event_log_path.empty())
    input.fault(config.store_url, "not together with EVENT_LOG_PATH: one place has the events");
}

constexpr std::chrono::hours longest_retention{24 * 365 * 200};

// Days where it is whole days, for that is how it is set.
std::string days(std::chrono::nanoseconds duration) {
  constexpr std::chrono::nanoseconds day = std::chrono::hours(24);
  if (duration.count() == 0 || duration % day != std::chrono::nanoseconds(0))
    return format_duration(duration);
  return std::to_string(duration / day) + "d";
}

constexpr std::array<Row, 13> own_rows{{
    {{"PORT",
      "8081",
      "events, metrics and health: a port, or an address such as `127.0.0.1:8081` or "
      "`localhost:8081`",
      {},
      "Receiving"},
     [](SettingInput& input, Config& config) {
       config.listen = input.settings.listen_address(input.name);
     },
     [](const Config& config) { return to_string(config.listen); }},
    {{"MAX_EVENTS_BODY", "16MB", "larger requests, also after decompression, are answered 413"},
     [](SettingInput& input, Config& config) {
       config.max_events_body = input.size(1, 1ULL << 30);
     },
     [](const Config& config) { return format_size(config.max_events_body); }},
    {{events_token_name, "",
      "a file with the bearer token that `POST /events` needs, or with two of them, a line each, "
      "while it is changed: either is taken. Read again when it changes; unset: anyone who reaches "
      "the collector may write",
      "unset"},
     [](SettingInput& input, Config& config) {
       config.events_token = read_events_token(input.settings, input.read_file);
     },
     [](const Config& config) { return config.events_token.file; }},
    {{"EVENT_LOG_PATH", "",
      "NDJSON file that events are appended to; SIGHUP opens it anew (logrotate)", "stdout",
      "Storing"},
     [](SettingInput& input, Config& config) { config.event_log_path = input.text().value_or(""); },
     [](const Config& config) { return config.event_log_path; }},
    {{"EVENT_LOG_SYNC", "none",
      "`none`; `batch`: a request is answered once its events are on disk (`fdatasync`)"},
     [](SettingInput& input, Config& config) { config.event_log_sync = input.choice(syncs); },
     [](const Config& config) { return word_of(syncs, config.event_log_sync); }},
    {{"STORE_URL", "",
      "`sqlite:PATH`, such as `sqlite:/var/lib/llm-gateway/events.db`: a database that can be "
      "asked, "
      "in the place of the event log",
      "unset: the event log"},
     read_store_url,
     [](const Config& config) { return config.store_url; }},
    {{"STORE_SYNC", "batch",
      "`batch`: a request is answered once its events are on disk; `none`: once they are written, "
      "which outlives the process but not the machine"},
     [](SettingInput& input, Config& config) { config.store_sync = input.choice(syncs); },
     [](const Config& config) { return word_of(syncs, config.store_sync); }},
    {{"STORE_MIGRATE", "auto",
      "`auto`: tables of an older version are changed at start; `check`: they are refused, and "
      "`llm-collector migrate` changes them"},
     [](SettingInput& input, Config& config) { config.store_migrate = input.choice(migrates); },
     [](const Config& config) { return word_of(migrates, config.store_migrate); }},
    {{"STORE_MAX", "0",
      "most bytes of the database; beyond it requests are answered 503; `0`: the "
      "disk decides"},
     [](SettingInput& input, Config& config) { config.store_max = input.size(0, 1ULL << 46); },
     [](const Config& config) { return format_size(config.store_max); }},
    {{"STORE_MAX_SERIES", "100000",
      "rows of sums that a day may have, of each tenant, key, provider, model and outcome one; "
      "beyond it keys are summed up as `other`, and beyond twice as many everything else"},
     [](SettingInput& input, Config& config) {
       config.store_max_series = input.integer(100, 10'000'000);
     },
     [](const Config& config) { return std::to_string(config.store_max_series); }},
    {{"EVENT_RETENTION", "90d",
      "how long single events stay in the store, `0`: for ever; days are written `90d`"},
     [](SettingInput& input, Config& config) {
       config.event_retention = input.duration(std::chrono::nanoseconds(0), longest_retention);
     },
     [](const Config& config) { return days(config.event_retention); }},
    {{"USAGE_RETENTION", "0",
      "how long sums by hour and times stay, `0`: for ever; sums by day always stay"},
     [](SettingInput& input, Config& config) {
       config.usage_retention = input.duration(std::chrono::nanoseconds(0), longest_retention);
     },
     [](const Config& config) { return days(config.usage_retention); }},
    {gateway_config_variable,
     [](SettingInput& input, Config& config) { config.file.path = input.text().value_or(""); },
     [](const Config& config) { return config.file.path; }},
}};

// The file's row stands last, as it does in the proxy's table.
std::vector<Row> make_table() {
  constexpr auto log = log_settings<Config>();
  std::vector<Row> rows(own_rows.begin(), own_rows.end());
  rows.insert(rows.end() - 1, log.begin(), log.end());
  return rows;
}

std::span<const Row> table() {
  static const std::vector<Row> all = make_table();
  return all;
}

// In the order in which they are read.
const std::vector<Member<Config>>& sections() {
  static const std::vector<Member<Config>> all = [] {
    std::vector<Member<Config>> own{version_section<Config>()};
    const auto money = pricing::sections<Config, &Config::price_settings>();
    own.insert(own.end(), money.begin(), money.end());
    return own;
  }();
  return all;
}

void read_sections(const ConfigDocument& document, const Environment& environment,
                   const FileReader& read, Config& config, Faults& faults) {
  config.file = document.origin;
  for (const std::string& each : document.faults.lines) faults.lines.push_back(each);
  if (document.origin.path.empty() || !document.faults.lines.empty()) return;
  ConfigReader reader(document, environment, read);
  reader.object(document.root, std::span<const Member<Config>>(sections()), config,
                config_sections);
  config.prices = pricing::finish_prices(reader, std::exchange(config.price_settings, {}));
  for (std::string& each : reader.take_faults()) faults.lines.push_back(std::move(each));
  config.file.effective = reader.take_effective();
}

}  // namespace

std::span<const Variable> variables() noexcept {
  static const std::vector<Variable> all = variables_of(table());
  return all;
}

std::vector<MemberFacts> file_members() {
  return facts_of(std::span<const Member<Config>>(sections()));
}

Checked<Config> load_config(const Environment& environment, const FileReader& read,
                            const FileLister& list) {
  Settings settings(environment, variables());
  Config config;
  read_settings(table(), {settings, read}, config);
  Faults faults = settings.take_faults();
  read_sections(read_config_document(config.file.path, read, list), environment, read, config,
                faults);
  if (!faults.lines.empty()) return faults;
  return config;
}

Checked<Config> reload_config(const Config& running, const Environment& environment,
                              const FileReader& read, const FileLister& list) {
  Config config = running;
  config.prices = nullptr;
  Faults faults;
  read_sections(read_config_document(running.file.path, read, list), environment, read, config,
                faults);
  if (!faults.lines.empty()) return faults;
  return config;
}

std::vector<EffectiveSetting> effective(const Config& config) {
  return shown_settings(table(), config);
}

}  // namespace llmgw::collector
