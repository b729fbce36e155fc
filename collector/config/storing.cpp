// SPDX-License-Identifier: MIT
// Where events are stored, and for how long.
#include <array>
#include <chrono>

#include "collector/config/rows.hpp"
#include "collector/store/clickhouse_url.hpp"
#include "collector/store/store_url.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::collector {
namespace {

constexpr std::array<std::pair<std::string_view, LogSync>, 2> syncs{{
    {"none", LogSync::none},
    {"batch", LogSync::batch},
}};

constexpr std::array<std::pair<std::string_view, StoreMigrate>, 2> migrates{{
    {"auto", StoreMigrate::automatic},
    {"check", StoreMigrate::check},
}};

void read_store_url(SettingInput& input, Config& config) {
  config.store_url = input.text().value_or("");
  if (config.store_url.empty()) return;
  const std::string fault = store_url_fault(config.store_url);
  if (!fault.empty()) return input.fault(redact_url(config.store_url), fault);
  if (!config.event_log_path.empty())
    input.fault(config.store_url, "not together with EVENT_LOG_PATH: one place has the events");
}

// A file that is read again at each connection.
void read_store_file(SettingInput& input, const Config& config, std::string& file) {
  file = input.text().value_or("");
  if (file.empty()) return;
  if (!store_is_remote(config.store_url))
    return input.fault(file, "only with a STORE_URL that names a server");
  const auto content = input.read_file(file);
  if (!content) return input.fault(file, "cannot be read: " + content.error().message());
}

// Marks that a collector has left in ClickHouse are taken over by another one after three minutes:
// no write may still be under way then.
void read_store_timeout(SettingInput& input, Config& config) {
  config.store_timeout = input.duration(std::chrono::milliseconds(100), std::chrono::minutes(10));
  const auto parts = split_store_url(config.store_url);
  const bool is_clickhouse =
      parts && (parts->scheme == clickhouse_scheme || parts->scheme == clickhouses_scheme);
  if (is_clickhouse && config.store_timeout > std::chrono::minutes(1))
    input.fault(format_duration(config.store_timeout), "with ClickHouse at most 1m");
}

constexpr std::chrono::hours longest_retention{24 * 365 * 200};

// Days where it is whole days, for that is how it is set.
std::string days(std::chrono::nanoseconds duration) {
  constexpr std::chrono::nanoseconds day = std::chrono::hours(24);
  if (duration.count() == 0 || duration % day != std::chrono::nanoseconds(0))
    return format_duration(duration);
  return std::to_string(duration / day) + "d";
}

constexpr std::array<Row, 14> rows{{
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
      "a database that can be asked, in the place of the event log: `sqlite:PATH`, such as "
      "`sqlite:/var/lib/llm-gateway/events.db`, `postgres://USER@HOST:5432/DATABASE`, or "
      "`clickhouses://USER@HOST:8443/DATABASE` (`clickhouse://` without TLS)",
      "unset: the event log"},
     read_store_url,
     [](const Config& config) { return config.store_url; }},
    {{"STORE_PASSWORD_FILE", "",
      "a file with the password of the server that `STORE_URL` names; read at each connection",
      "unset: none"},
     [](SettingInput& input, Config& config) {
       read_store_file(input, config, config.store_password_file);
     },
     [](const Config& config) { return config.store_password_file; }},
    {{"STORE_CA_FILE", "", "certificates that may sign that server's, in PEM", "the system's"},
     [](SettingInput& input, Config& config) {
       read_store_file(input, config, config.store_ca_file);
     },
     [](const Config& config) { return config.store_ca_file; }},
    {{"STORE_TIMEOUT", "10s",
      "longest a request waits to be stored in a database, connecting to its server included; then "
      "it is answered 503, and `/readyz` fails until events are stored again"},
     read_store_timeout,
     [](const Config& config) { return format_duration(config.store_timeout); }},
    {{"STORE_GATHER", "200ms",
      "ClickHouse: how long a write waits for more events, as each write is dear there"},
     [](SettingInput& input, Config& config) {
       config.store_gather = input.duration(std::chrono::nanoseconds(0), std::chrono::seconds(5));
     },
     [](const Config& config) { return format_duration(config.store_gather); }},
    {{"STORE_ROLLUP_DELAY", "5s",
      "ClickHouse: how long after its events an hour is summed up; until then answers count them "
      "one by one"},
     [](SettingInput& input, Config& config) {
       config.store_rollup_delay =
           input.duration(std::chrono::nanoseconds(0), std::chrono::minutes(10));
     },
     [](const Config& config) { return format_duration(config.store_rollup_delay); }},
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
      "most bytes of a SQLite file; beyond it requests are answered 503; `0`: the disk decides"},
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
}};

}  // namespace

std::span<const Row> storing_rows() noexcept { return rows; }

}  // namespace llmgw::collector
