// SPDX-License-Identifier: MIT
// The collector's settings: defaults, every value that counts, every bad value by itself.
#include "collector/config.hpp"

#include <gtest/gtest.h>

#include <set>

namespace llmgw::collector {
namespace {

using Map = Environment::Map;

Checked<Config> load(Map map) { return load_config(Environment(std::move(map))); }

TEST(CollectorConfig, DefaultsAreThoseOfTheTable) {
  const auto config = load({});
  ASSERT_TRUE(config) << config.error().lines[0];
  EXPECT_EQ(config->listen, (ListenAddress{"", 8081}));
  EXPECT_EQ(config->event_log_path, "");
  EXPECT_EQ(config->event_log_sync, LogSync::none);
  EXPECT_EQ(config->max_events_body, 16U << 20);
  EXPECT_EQ(config->log.level, log::Level::info);
  EXPECT_EQ(config->log.format, log::Format::json);
  EXPECT_EQ(to_text(effective(*config)),
            "PORT=:8081\nMAX_EVENTS_BODY=16MB\nEVENT_LOG_PATH=\nEVENT_LOG_SYNC=none\n"
            "LOG_LEVEL=info\nLOG_FORMAT=json\n");
}

TEST(CollectorConfig, ReadsEveryVariable) {
  const auto config = load({{"PORT", "127.0.0.1:0"},
                            {"EVENT_LOG_PATH", "/var/log/events.ndjson"},
                            {"EVENT_LOG_SYNC", "batch"},
                            {"MAX_EVENTS_BODY", "1000"},
                            {"LOG_LEVEL", "warn"},
                            {"LOG_FORMAT", "text"}});
  ASSERT_TRUE(config) << config.error().lines[0];
  EXPECT_EQ(config->listen, (ListenAddress{"127.0.0.1", 0}));
  EXPECT_EQ(config->event_log_path, "/var/log/events.ndjson");
  EXPECT_EQ(config->event_log_sync, LogSync::batch);
  EXPECT_EQ(config->max_events_body, 1'000U);
  EXPECT_EQ(config->log.level, log::Level::warn);
  EXPECT_EQ(config->log.format, log::Format::text);
  EXPECT_EQ(to_text(effective(*config)),
            "PORT=127.0.0.1:0\nMAX_EVENTS_BODY=1000\nEVENT_LOG_PATH=/var/log/events.ndjson\n"
            "EVENT_LOG_SYNC=batch\nLOG_LEVEL=warn\nLOG_FORMAT=text\n");
}

TEST(CollectorConfig, TakesABarePort) {
  EXPECT_EQ(load({{"PORT", "9"}})->listen, (ListenAddress{"", 9}));
}

TEST(CollectorConfig, NamesEachBadSettingByItself) {
  const std::string sizes = "not a size from 1 to 1GB, such as 65536, 256KB or 64MB";
  struct Case {
    std::string name;
    std::string value;
    std::string reason;
  };
  const Case cases[] = {
      {"PORT", "http",
       "not an address to listen on such as :8080, 127.0.0.1:8080 or [::1]:8080 (no host names)"},
      {"PORT", "65536",
       "not an address to listen on such as :8080, 127.0.0.1:8080 or [::1]:8080 (no host names)"},
      {"EVENT_LOG_SYNC", "always", "not one of none or batch"},
      {"MAX_EVENTS_BODY", "0", sizes},
      {"MAX_EVENTS_BODY", "2GB", sizes},
      {"LOG_LEVEL", "loud", "not one of debug, info, warn or error"},
      {"LOG_FORMAT", "xml", "not one of json or text"},
  };
  std::set<std::string_view> covered{"EVENT_LOG_PATH"};  // any path may come to exist
  for (const auto& [name, value, reason] : cases) {
    const auto config = load({{name, value}});
    ASSERT_FALSE(config) << name << '=' << value;
    EXPECT_EQ(config.error().lines, std::vector{name + "=\"" + value + "\": " + reason});
    covered.insert(name);
  }
  for (const Variable& variable : variables())
    EXPECT_TRUE(covered.contains(variable.name)) << variable.name;
}

TEST(CollectorConfig, ReportsAllFaultsTogether) {
  const auto config =
      load({{"PORT", "x"}, {"EVENT_LOG_SYNC", "x"}, {"MAX_EVENTS_BODY", "x"}, {"LOG_LEVEL", "x"}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().lines.size(), 4U);
}

}  // namespace
}  // namespace llmgw::collector
