// SPDX-License-Identifier: MIT
// The collector's settings: defaults, every value that counts, every bad value by itself.
#include "collector/config.hpp"

#include <gtest/gtest.h>

#include <set>

namespace llmgw::collector {
namespace {

using Map = Environment::Map;

Result<std::string> read_fake(const std::string& path) {
  if (path == "/token") return "hush-new\nhush-old\n";
  if (path == "/three") return "hush\nhush\nhush\n";
  if (path == "/empty") return "";
  if (path == "/query") return "a sha256:" + std::string(64, '0') + " admin\n";
  return make_error_code(boost::system::errc::no_such_file_or_directory);
}

Checked<Config> load(Map map) { return load_config(Environment(std::move(map)), read_fake); }

TEST(CollectorConfig, DefaultsAreThoseOfTheTable) {
  const auto config = load({});
  ASSERT_TRUE(config) << config.error().lines[0];
  EXPECT_EQ(config->listen, (ListenAddress{"", 8081}));
  EXPECT_EQ(config->event_log_path, "");
  EXPECT_EQ(config->event_log_sync, LogSync::none);
  EXPECT_EQ(config->max_events_body, 16U << 20);
  EXPECT_EQ(config->log.level, log::Level::info);
  EXPECT_EQ(config->log.format, log::Format::json);
  EXPECT_EQ(
      to_text(effective(*config)),
      "PORT=:8081\nMAX_EVENTS_BODY=16MB\nEVENTS_TOKEN_FILE=\nEVENT_LOG_PATH=\nEVENT_LOG_SYNC=none\n"
      "STORE_URL=\nSTORE_PASSWORD_FILE=\nSTORE_CA_FILE=\nSTORE_TIMEOUT=10s\nSTORE_GATHER=200ms\n"
      "STORE_ROLLUP_DELAY=5s\nSTORE_SYNC=batch\nSTORE_MIGRATE=auto\nSTORE_MAX=0\nSTORE_MAX_SERIES="
      "100000\n"
      "EVENT_RETENTION=90d\nUSAGE_RETENTION=0s\n"
      "QUERY_LISTEN_ADDR=off\nQUERY_TOKENS_FILE=\nQUERY_PUBLIC_URL=\nQUERY_THREADS=2\nQUERY_"
      "TIMEOUT=10s\n"
      "LIMITS_STATE_DIR=\nLIMITS_TOKEN_FILE=\n"
      "RECONCILE_KEY_FILE=\nRECONCILE_BASE_URL=\nRECONCILE_CA_FILE=\n"
      "LOG_LEVEL=info\nLOG_FORMAT=json\nGATEWAY_CONFIG="
      "\n");
}

TEST(CollectorConfig, ReadsEveryVariable) {
  const auto config = load({{"PORT", "127.0.0.1:0"},
                            {"EVENT_LOG_PATH", "/var/log/events.ndjson"},
                            {"EVENT_LOG_SYNC", "batch"},
                            {"MAX_EVENTS_BODY", "1000"},
                            {"EVENTS_TOKEN_FILE", "/token"},
                            {"LIMITS_STATE_DIR", "/state"},
                            {"RECONCILE_KEY_FILE", "/admin"},
                            {"RECONCILE_BASE_URL", "https://proxy.example.com/openai/"},
                            {"RECONCILE_CA_FILE", "/ca.pem"},
                            {"LIMITS_TOKEN_FILE", "/token"},
                            {"LOG_LEVEL", "warn"},
                            {"LOG_FORMAT", "text"}});
  ASSERT_TRUE(config) << config.error().lines[0];
  EXPECT_EQ(config->listen, (ListenAddress{"127.0.0.1", 0}));
  EXPECT_EQ(config->event_log_path, "/var/log/events.ndjson");
  EXPECT_EQ(config->event_log_sync, LogSync::batch);
  EXPECT_EQ(config->max_events_body, 1'000U);
  EXPECT_EQ(config->events_token.tokens.authorization().reveal(), "Bearer hush-new");
  EXPECT_TRUE(config->events_token.tokens.accepts("Bearer hush-old"));
  EXPECT_EQ(config->limits_state_dir, "/state");
  EXPECT_TRUE(config->limits_token.tokens.accepts("Bearer hush-old"));
  EXPECT_EQ(config->log.level, log::Level::warn);
  EXPECT_EQ(config->log.format, log::Format::text);
  EXPECT_EQ(to_text(effective(*config)),
            "PORT=127.0.0.1:0\nMAX_EVENTS_BODY=1000\nEVENTS_TOKEN_FILE=/token\nEVENT_LOG_PATH=/var/"
            "log/events.ndjson\n"
            "EVENT_LOG_SYNC=batch\nSTORE_URL=\nSTORE_PASSWORD_FILE=\nSTORE_CA_FILE=\nSTORE_TIMEOUT="
            "10s\nSTORE_GATHER=200ms\nSTORE_ROLLUP_DELAY=5s\nSTORE_SYNC=batch\nSTORE_MIGRATE=auto\n"
            "STORE_MAX="
            "0\nSTORE_MAX_"
            "SERIES=100000\nEVENT_RETENTION=90d\nUSAGE_RETENTION=0s\n"
            "QUERY_LISTEN_ADDR=off\nQUERY_TOKENS_FILE=\nQUERY_PUBLIC_URL=\nQUERY_THREADS=2\nQUERY_"
            "TIMEOUT=10s\n"
            "LIMITS_STATE_DIR=/state\nLIMITS_TOKEN_FILE=/token\n"
            "RECONCILE_KEY_FILE=/admin\nRECONCILE_BASE_URL=https://proxy.example.com/openai\n"
            "RECONCILE_CA_FILE=/ca.pem\nLOG_LEVEL=warn\nLOG_FORMAT="
            "text\nGATEWAY_CONFIG=\n");
}

TEST(CollectorConfig, TakesABarePort) {
  EXPECT_EQ(load({{"PORT", "9"}})->listen, (ListenAddress{"", 9}));
}

TEST(CollectorConfig, NamesEachBadSettingByItself) {
  const std::string sizes = "not a size from 1 to 1GB, such as 65536, 256KB or 64MB";
  const std::string stores =
      "not a store such as sqlite:/var/lib/llm-gateway/events.db, postgres://user@host/database or "
      "clickhouses://user@host/database";
  const std::string durations = "not a duration from 0s to 1752000h, such as 500ms, 2s or 1m30s";
  struct Case {
    std::string name;
    std::string value;
    std::string reason;
  };
  const Case cases[] = {
      {"PORT", "http",
       "not an address to listen on such as :8080, 127.0.0.1:8080, [::1]:8080 or localhost:8080 "
       "(no other host names)"},
      {"PORT", "65536",
       "not an address to listen on such as :8080, 127.0.0.1:8080, [::1]:8080 or localhost:8080 "
       "(no other host names)"},
      {"EVENT_LOG_SYNC", "always", "not one of none or batch"},
      {"MAX_EVENTS_BODY", "0", sizes},
      {"MAX_EVENTS_BODY", "2GB", sizes},
      {"STORE_URL", "events.db", stores},
      {"STORE_URL", "sqlite:", stores},
      {"STORE_URL", "mysql:/events.db", stores},
      {"STORE_URL", "sqlite::memory:", stores},
      {"STORE_URL", "sqlite:///events.db",
       "a path is expected behind sqlite:, as in sqlite:/var/lib/llm-gateway/events.db"},
      {"STORE_URL", "postgres:/db",
       "is not of the form postgres://user@host:5432/database?sslmode=verify-full"},
      {"STORE_PASSWORD_FILE", "/token", "only with a STORE_URL that names a server"},
      {"STORE_CA_FILE", "/token", "only with a STORE_URL that names a server"},
      {"STORE_URL", "clickhouse:host", "it is not of the form clickhouses://host/db"},
      {"STORE_GATHER", "6s", "not a duration from 0s to 5s, such as 500ms, 2s or 1m30s"},
      {"STORE_ROLLUP_DELAY", "1h", "not a duration from 0s to 10m, such as 500ms, 2s or 1m30s"},
      {"STORE_SYNC", "full", "not one of none or batch"},
      {"STORE_TIMEOUT", "1ms", "not a duration from 100ms to 10m, such as 500ms, 2s or 1m30s"},
      {"STORE_MIGRATE", "never", "not one of auto or check"},
      {"STORE_MAX", "much", "not a size from 0 to 65536GB, such as 65536, 256KB or 64MB"},
      {"STORE_MAX_SERIES", "99", "not an integer from 100 to 10000000"},
      {"EVENT_RETENTION", "90", durations},
      {"USAGE_RETENTION", "-1d", durations},
      {"QUERY_LISTEN_ADDR", "127.0.0.1:8082", "needs STORE_URL: an event log answers no questions"},
      {"QUERY_TOKENS_FILE", "/none", "cannot be read: No such file or directory"},
      {"QUERY_TOKENS_FILE", "/token",
       "must have lines such as `name sha256:<64 hex digits> admin`, each name once (what it holds "
       "is not shown)"},
      {"QUERY_PUBLIC_URL", "usage.example.com",
       "not an http or https URL: it is not of the form https://host:port/path"},
      {"QUERY_PUBLIC_URL", "https://usage.example.com", "needs QUERY_TOKENS_FILE"},
      {"QUERY_THREADS", "0", "not an integer from 1 to 64"},
      {"QUERY_TIMEOUT", "1ms", "not a duration from 100ms to 10m, such as 500ms, 2s or 1m30s"},
      {"RECONCILE_BASE_URL", "http://proxy.example.com", "must be https, or of this machine"},
      {"RECONCILE_BASE_URL", "proxy.example.com",
       "not an http or https URL: it is not of the form https://host:port/path"},
      {"LOG_LEVEL", "loud", "not one of debug, info, warn or error"},
      {"LOG_FORMAT", "xml", "not one of json or text"},
      {"GATEWAY_CONFIG", "/none", "cannot be read: No such file or directory"},
  };
  std::set<std::string_view> covered{"EVENTS_TOKEN_FILE",  "LIMITS_TOKEN_FILE",  // below
                                     "EVENT_LOG_PATH",     "LIMITS_STATE_DIR",  // may come to exist
                                     "RECONCILE_KEY_FILE", "RECONCILE_CA_FILE"};
  for (const auto& [name, value, reason] : cases) {
    const auto config = load({{name, value}});
    ASSERT_FALSE(config) << name << '=' << value;
    EXPECT_EQ(config.error().lines, std::vector{name + "=\"" + value + "\": " + reason});
    covered.insert(name);
  }
  for (const Variable& variable : variables())
    EXPECT_TRUE(covered.contains(variable.name)) << variable.name;
}

TEST(CollectorConfig, ShowsNoPasswordOfAUrl) {
  const auto config = load({{"STORE_URL", "clickhouse://me:hush@host/db"}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().lines,
            std::vector<std::string>{"STORE_URL=\"clickhouse://***@host/db\": a password is not "
                                     "accepted in the URL, STORE_PASSWORD_FILE names the file "
                                     "that has it"});
}

TEST(CollectorConfig, ClickHouseWaitsAMinuteAtMost) {
  for (const std::string scheme : {"clickhouse", "clickhouses"}) {
    const std::string url = scheme + "://me@host/db";
    const auto longest = load({{"STORE_URL", url}, {"STORE_TIMEOUT", "1m"}});
    ASSERT_TRUE(longest);
    EXPECT_EQ(longest->store_timeout, std::chrono::minutes(1));
    const auto longer = load({{"STORE_URL", url}, {"STORE_TIMEOUT", "61s"}});
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().lines,
              std::vector<std::string>{"STORE_TIMEOUT=\"1m1s\": with ClickHouse at most 1m"});
  }
  EXPECT_TRUE(load({{"STORE_URL", "postgres://me@host/db"}, {"STORE_TIMEOUT", "10m"}}));
}

TEST(CollectorConfig, ReadsWhatAStoreNeeds) {
  const auto config = load({{"STORE_URL", "sqlite:/var/lib/a b.db"},
                            {"STORE_SYNC", "none"},
                            {"STORE_MIGRATE", "check"},
                            {"STORE_MAX", "1GB"},
                            {"STORE_MAX_SERIES", "500"},
                            {"EVENT_RETENTION", "36h"},
                            {"USAGE_RETENTION", "400d"}});
  ASSERT_TRUE(config) << config.error().lines[0];
  EXPECT_EQ(config->store_url, "sqlite:/var/lib/a b.db");
  EXPECT_EQ(config->store_sync, LogSync::none);
  EXPECT_EQ(config->store_migrate, StoreMigrate::check);
  EXPECT_EQ(config->store_max, 1U << 30);
  EXPECT_EQ(config->store_max_series, 500U);
  EXPECT_EQ(config->event_retention, std::chrono::hours(36));
  EXPECT_EQ(config->usage_retention, std::chrono::hours(400 * 24));
  const std::string text = to_text(effective(*config));
  EXPECT_NE(text.find("EVENT_RETENTION=36h\nUSAGE_RETENTION=400d\n"), std::string::npos) << text;
  EXPECT_EQ(config->query_listen, (ListenAddress{"127.0.0.1", 8082}));
  EXPECT_FALSE(config->is_query_listen_set);
}

TEST(CollectorConfig, ReadsWhatAServerNeeds) {
  const auto config = load({{"STORE_URL", "postgres://gateway@db/usage"},
                            {"STORE_PASSWORD_FILE", "/token"},
                            {"STORE_CA_FILE", "/empty"},
                            {"STORE_TIMEOUT", "3s"}});
  ASSERT_TRUE(config) << config.error().lines[0];
  EXPECT_EQ(config->store_password_file, "/token");
  EXPECT_EQ(config->store_ca_file, "/empty");
  EXPECT_EQ(config->store_timeout, std::chrono::seconds(3));
  EXPECT_EQ(to_text(effective(*config)).find("hush"), std::string::npos);
  const auto missing =
      load({{"STORE_URL", "postgres://gateway@db/usage"}, {"STORE_PASSWORD_FILE", "/none"}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().lines,
            (std::vector<std::string>{
                "STORE_PASSWORD_FILE=\"/none\": cannot be read: No such file or directory"}));
}

TEST(CollectorConfig, NeverShowsAPasswordThatStandsInAUrl) {
  const auto config = load({{"STORE_URL", "postgres://gateway:hush@db/usage"}});
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().lines.size(), 1U);
  EXPECT_EQ(config.error().lines[0].find("hush"), std::string::npos) << config.error().lines[0];
  EXPECT_NE(config.error().lines[0].find("STORE_PASSWORD_FILE"), std::string::npos);
}

TEST(CollectorConfig, AsksForTokensWhereOthersReachTheListener) {
  const auto at = [](std::string address, std::string tokens) {
    return load({{"STORE_URL", "sqlite:/a"},
                 {"QUERY_LISTEN_ADDR", std::move(address)},
                 {"QUERY_TOKENS_FILE", std::move(tokens)}});
  };
  for (const auto* own : {"127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "localhost:1"})
    EXPECT_TRUE(at(own, "")) << own;
  for (const auto* open : {":8082", "0.0.0.0:8082", "10.0.0.1:8082", "[::]:8082"}) {
    const auto config = at(open, "");
    ASSERT_FALSE(config) << open;
    EXPECT_EQ(config.error().lines,
              std::vector<std::string>{"QUERY_TOKENS_FILE: must be set, for QUERY_LISTEN_ADDR is "
                                       "reached from other machines"});
    EXPECT_TRUE(at(open, "/query")) << open;
  }
  EXPECT_EQ(at("off", "")->query_listen, std::nullopt);
}

TEST(CollectorConfig, TakesOnePlaceForEventsAlone) {
  const auto config = load({{"STORE_URL", "sqlite:/a"}, {"EVENT_LOG_PATH", "/b"}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().lines,
            std::vector<std::string>{"STORE_URL=\"sqlite:/a\": not together with EVENT_LOG_PATH: "
                                     "one place has the events"});
}

TEST(CollectorConfig, NamesFaultsOfTheTokenAndShowsNone) {
  const std::string form =
      "must hold a token, or two while it is changed, each a line of visible ASCII without spaces "
      "(what it holds is not shown)";
  const std::pair<std::string, std::string> cases[] = {
      {"/none", "EVENTS_TOKEN_FILE=\"/none\": cannot be read: No such file or directory"},
      {"hush", "EVENTS_TOKEN_FILE=\"***\": cannot be read: No such file or directory"},
      {"/empty", "EVENTS_TOKEN_FILE=\"/empty\": " + form},
      {"/three", "EVENTS_TOKEN_FILE=\"/three\": " + form},
  };
  for (const auto& [path, line] : cases) {
    const auto config = load({{"EVENTS_TOKEN_FILE", path}});
    ASSERT_FALSE(config) << path;
    EXPECT_EQ(config.error().lines, std::vector{line});
    const auto other = load({{"LIMITS_TOKEN_FILE", path}});
    ASSERT_FALSE(other) << path;
    EXPECT_EQ(other.error().lines[0].substr(6), line.substr(6));
    EXPECT_TRUE(other.error().lines[0].starts_with("LIMITS_TOKEN_FILE="));
  }
}

TEST(CollectorConfig, LeavesTheSectionsOfTheProxyAlone) {
  const auto with = [](std::string text) {
    const auto read = [text](const std::string&) -> Result<std::string> { return text; };
    const auto list = [](const std::string& path) -> Result<std::vector<std::string>> {
      return std::vector{path};
    };
    return load_config(Environment(Map{{"GATEWAY_CONFIG", "c.yaml"}}), read, list);
  };
  const auto config = with("version: 1\nproviders: [not, of, mine]\ndefault_provider: {}\n");
  ASSERT_TRUE(config) << config.error().lines[0];
  EXPECT_EQ(config->file.files, std::vector<std::string>{"c.yaml"});
  EXPECT_EQ(with("version: 2\n").error().lines,
            std::vector<std::string>{"c.yaml:1:10: version=\"2\": not an integer, 1"});
  EXPECT_EQ(with("version: 1\nprovider: {}\n").error().lines,
            std::vector<std::string>{"c.yaml:2:1: `provider` is not known here; accepted are "
                                     "version, defaults, plans, tenants, keys, currency, "
                                     "prices, discounts, unpriced, providers, models, routes "
                                     "and default_provider"});
}

TEST(CollectorConfig, ReadsWhatItLends) {
  std::string text =
      "version: 1\n"
      "defaults: {retry: {}, timeouts: 5, lease_ttl: 5s}\n"
      "plans: {p: [{unit: requests, limit: 600, per: 1m}]}\n"
      "tenants: {\"*\": {plan: p}}\n"
      "keys: [{id: k_1, hash: x, tenant: t, limits: [{unit: usd, limit: 5, per: month}]}, {id: "
      "k_2}]\n";
  const auto read = [&text](const std::string&) -> Result<std::string> { return text; };
  const auto list = [](const std::string& path) -> Result<std::vector<std::string>> {
    return std::vector{path};
  };
  const Environment environment(Map{{"GATEWAY_CONFIG", "c.yaml"}});
  const auto config = load_config(environment, read, list);
  ASSERT_TRUE(config) << config.error().lines[0];
  EXPECT_EQ(config->limits.defaults.lease_ttl, std::chrono::seconds(5));
  ASSERT_EQ(config->limits.plans.size(), 1U);
  EXPECT_EQ(config->limits.plans[0].limits[0].burst, 100);
  ASSERT_EQ(config->limits.tenants.size(), 1U);
  ASSERT_EQ(config->key_limits.size(), 1U);
  EXPECT_EQ(config->key_limits[0].id, "k_1");
  EXPECT_EQ(config->key_limits[0].limits[0].unit, quota::Unit::usd);

  text += "extra: 1\n";
  EXPECT_FALSE(reload_config(*config, environment, read, list));
  text = "version: 1\ntenants: {x: {}}\n";
  const auto reloaded = reload_config(*config, environment, read, list);
  ASSERT_TRUE(reloaded);
  EXPECT_TRUE(reloaded->limits.plans.empty() && reloaded->key_limits.empty());
  EXPECT_EQ(reloaded->limits.tenants[0].name, "x");

  text = "version: 1\ndefaults: {leases: 1}\n";
  EXPECT_EQ(load_config(environment, read, list).error().lines,
            std::vector<std::string>{"c.yaml:2:12: defaults: `leases` is not known here; accepted "
                                     "are on_outage, reserve, lease_ttl, outage_allowance, "
                                     "timeouts, cooldown, retry, on_unsupported, reasoning_output "
                                     "and signatures"});
}

TEST(CollectorConfig, ReportsAllFaultsTogether) {
  const auto config =
      load({{"PORT", "x"}, {"EVENT_LOG_SYNC", "x"}, {"MAX_EVENTS_BODY", "x"}, {"LOG_LEVEL", "x"}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().lines.size(), 4U);
}

}  // namespace
}  // namespace llmgw::collector
