// SPDX-License-Identifier: MIT
// The collector's table of settings, and how each becomes a member of Config.
#include "collector/config.hpp"

#include <array>

#include "collector/store/clickhouse_url.hpp"
#include "collector/store/store_url.hpp"
#include "common/settings/config_sections.hpp"
#include "common/settings/http_url.hpp"
#include "common/settings/setting.hpp"
#include "common/text/quantity.hpp"
#include "pricing/sections.hpp"
#include "quota/key_limits.hpp"
#include "quota/limit_sections.hpp"

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

constexpr std::string_view default_query_listen = "127.0.0.1:8082";

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

// With a store there is one by default; where it cannot be had, nothing but the answers is missing.
void read_query_listen(SettingInput& input, Config& config) {
  const auto set = input.text();
  config.is_query_listen_set = set.has_value();
  if (!set) {
    if (!config.store_url.empty()) config.query_listen = parse_listen_address(default_query_listen);
    return;
  }
  config.query_listen = input.settings.listen_address_or_off(input.name);
  if (config.query_listen && config.store_url.empty())
    input.fault(*set, "needs STORE_URL: an event log answers no questions");
}

// A key is not shown to whoever listens on the way.
void read_reconcile_url(SettingInput& input, Config& config) {
  config.reconcile_url = input.settings.http_url(input.name);
  if (!config.reconcile_url || config.reconcile_url->tls) return;
  const std::string& host = config.reconcile_url->host;
  const bool is_here = host == "localhost" || host == "::1" || host.starts_with("127.");
  if (!is_here) input.fault(to_string(*config.reconcile_url), "must be https, or of this machine");
}

bool is_loopback(const ListenAddress& address) {
  return address.host == both_loopbacks || address.host == "::1" ||
         address.host.starts_with("127.");
}

// Read again when the listener is opened, and when it changes.
void read_query_tokens(SettingInput& input, Config& config) {
  config.query_tokens_file = input.text().value_or("");
  if (config.query_tokens_file.empty()) {
    if (config.query_listen && !is_loopback(*config.query_listen))
      input.fault("must be set, for QUERY_LISTEN_ADDR is reached from other machines");
    return;
  }
  const auto content = input.read_file(config.query_tokens_file);
  if (!content)
    return input.fault(config.query_tokens_file, "cannot be read: " + content.error().message());
  auto access = QueryAccess::parse(*content);
  if (!access)
    return input.fault(
        config.query_tokens_file,
        "must have lines such as `name sha256:<64 hex digits> admin`, each name once "
        "(what it holds is not shown)");
  config.query_access = std::move(*access);
}

// The page lies at the root of its server.
void read_query_public_url(SettingInput& input, Config& config) {
  config.query_public_url = input.settings.http_url(input.name);
  if (!config.query_public_url) return;
  if (!config.query_public_url->path.empty() && config.query_public_url->path != "/")
    input.fault(to_string(*config.query_public_url), "must have no path");
  if (config.query_tokens_file.empty())
    input.fault(to_string(*config.query_public_url), "needs QUERY_TOKENS_FILE");
}

constexpr std::chrono::hours longest_retention{24 * 365 * 200};

// Days where it is whole days, for that is how it is set.
std::string days(std::chrono::nanoseconds duration) {
  constexpr std::chrono::nanoseconds day = std::chrono::hours(24);
  if (duration.count() == 0 || duration % day != std::chrono::nanoseconds(0))
    return format_duration(duration);
  return std::to_string(duration / day) + "d";
}

constexpr std::array<Row, 28> own_rows{{
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
    {{"QUERY_LISTEN_ADDR", "",
      "the query API: an address, or `off`. Without `QUERY_TOKENS_FILE` one of this machine alone",
      "`127.0.0.1:8082` with `STORE_URL`", "Asking"},
     read_query_listen,
     [](const Config& config) {
       return config.query_listen ? to_string(*config.query_listen) : std::string("off");
     }},
    {{"QUERY_TOKENS_FILE", "",
      "a file with a line for each token that the query API takes: `name sha256:<64 hex digits> "
      "scope`, the scope being `admin` or `tenant=team-a,team-b`; `llm-collector token` makes one. "
      "Read again when it changes",
      "unset"},
     read_query_tokens,
     [](const Config& config) { return config.query_tokens_file; }},
    {{"QUERY_PUBLIC_URL", "",
      "where browsers find the page, such as `https://usage.example.com`, if something with TLS "
      "stands in front: its name alone is answered, and cookies are sent over TLS alone",
      "unset: any name"},
     read_query_public_url,
     [](const Config& config) {
       return config.query_public_url ? to_string(*config.query_public_url) : std::string();
     }},
    {{"QUERY_THREADS", "2", "threads that answer, each with a connection to the store of its own"},
     [](SettingInput& input, Config& config) { config.query_threads = input.integer(1, 64); },
     [](const Config& config) { return std::to_string(config.query_threads); }},
    {{"QUERY_TIMEOUT", "10s", "longest an answer may take, waiting included; then it is 504"},
     [](SettingInput& input, Config& config) {
       config.query_timeout =
           input.duration(std::chrono::milliseconds(100), std::chrono::minutes(10));
     },
     [](const Config& config) { return format_duration(config.query_timeout); }},
    {{"LIMITS_STATE_DIR", "",
      "a folder that outlives the collector, for what is spent of budgets by the day, week or "
      "month; "
      "without one none of them is lent",
      "unset", "Lending limits"},
     [](SettingInput& input, Config& config) {
       config.limits_state_dir = input.text().value_or("");
     },
     [](const Config& config) { return config.limits_state_dir; }},
    {{"LIMITS_TOKEN_FILE", "",
      "a file with the bearer token that `POST /limits/v1/sync` needs, as EVENTS_TOKEN_FILE; "
      "unset: "
      "the tokens of that one",
      "unset"},
     [](SettingInput& input, Config& config) {
       config.limits_token = read_events_token(input.settings, input.read_file, input.name);
     },
     [](const Config& config) { return config.limits_token.file; }},
    {{"RECONCILE_KEY_FILE", "",
      "a file with an admin key of the organisation, for `llm-collector reconcile` alone", "unset",
      "Reconciling"},
     [](SettingInput& input, Config& config) {
       config.reconcile_key_file = input.text().value_or("");
     },
     [](const Config& config) { return config.reconcile_key_file; }},
    {{"RECONCILE_BASE_URL", "",
      "where the provider's reports are asked for, if not at its own API; a trailing `/v1` changes "
      "nothing",
      "the provider's"},
     read_reconcile_url,
     [](const Config& config) {
       return config.reconcile_url ? to_string(*config.reconcile_url) : std::string();
     }},
    {{"RECONCILE_CA_FILE", "",
      "certificates in PEM form trusted for it, beside those of the system", "unset"},
     [](SettingInput& input, Config& config) {
       config.reconcile_ca_file = input.text().value_or("");
     },
     [](const Config& config) { return config.reconcile_ca_file; }},
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

// Where the sections of limits find what they fill.
constexpr auto limits_of = [](auto& config) -> auto& { return config.limits; };
constexpr auto defaults_of = [](auto& config) -> auto& { return config.limits.defaults; };

constexpr auto default_rows = quota::limit_default_rows<Config, defaults_of>();

constexpr Member<Config> defaults_section{
    {.name = "defaults",
     .value = "",
     .meaning = "what holds for providers, models and limits that say nothing else",
     .form = {.shape = Form::Shape::object,
              .members = [] { return facts_of(std::span<const Member<Config>>(default_rows)); }},
     .shown = "see its members"},
    [](ConfigReader& reader, const ConfigValue& value, Config& into) {
      reader.object(value, std::span<const Member<Config>>(default_rows), into, proxy_defaults);
    }};

constexpr std::size_t most_keys = 100'000;

constexpr Member<Config> keys_section{
    {.name = "keys",
     .value = "",
     .meaning =
         "who may call, where `GATEWAY_KEYS` asks for it; the lists of several files are one",
     .form = {.shape = Form::Shape::list,
              .least = 0,
              .most = most_keys,
              .each = &quota::key_limits_form},
     .shown = "none"},
    [](ConfigReader& reader, const ConfigValue& value, Config& into) {
      into.key_limits = quota::read_key_limits(reader, value, into.limits);
    }};

// In the order in which they are read.
const std::vector<Member<Config>>& sections() {
  static const std::vector<Member<Config>> all = [] {
    std::vector<Member<Config>> own{version_section<Config>(), defaults_section,
                                    quota::plans_section<Config, limits_of>(),
                                    quota::tenants_section<Config, limits_of>(), keys_section};
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
  config.limits = {};
  config.prices = nullptr;
  config.key_limits = {};
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
