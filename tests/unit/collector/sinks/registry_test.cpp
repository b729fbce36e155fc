// SPDX-License-Identifier: MIT
// From settings to a URL, and from a URL to the store that it names.
#include "collector/sinks/registry.hpp"

#include "tests/unit/collector/events.hpp"
#include "tests/unit/collector/sinks/ndjson/event_log_folder.hpp"

namespace llmgw::collector {
namespace {

using RegistryTest = EventLogFolderTest;

Config config_for(std::string path) {
  Config config;
  config.event_log_path = std::move(path);
  return config;
}

std::string metrics_of(const Store& store) {
  std::vector<Metric> metrics;
  store.add_metrics(metrics);
  return prometheus_text(metrics);
}

TEST(StoreUrl, HasThePathAsItIs) {
  EXPECT_EQ(store_url(config_for("")), "ndjson:");
  EXPECT_EQ(store_url(config_for("/var/log/a%20b?c#d:e.ndjson")),
            "ndjson:/var/log/a%20b?c#d:e.ndjson");
  EXPECT_EQ(store_url(config_for("-")), "ndjson:-");
}

TEST_F(RegistryTest, OpensAFile) {
  for (const auto* name : {"events.ndjson", "a%20b?c#d:e", "-"}) {
    const fs::path path = folder_ / name;
    auto store = open_store(store_url(config_for(path.string())), {});
    ASSERT_TRUE(store) << name;
    Batch batch{line("a"), {{line("a").size(), event_key("a")}}};
    const Batch* const batches[] = {&batch};
    ASSERT_TRUE(store->sink->write(batches));
    EXPECT_EQ(content(path), line("a"));
    EXPECT_NE(metrics_of(*store).find("llmgw_collector_recent_event_ids 1\n"), std::string::npos);
    fs::rename(path, folder_ / "old");
    store->on_hangup();
    EXPECT_EQ(content(path), "");
    EXPECT_TRUE(store->sink->check());
  }
}

TEST_F(RegistryTest, OpensStdout) {
  auto store = open_store(store_url(config_for("")), {});
  ASSERT_TRUE(store);
  EXPECT_TRUE(store->sink->check());
}

TEST_F(RegistryTest, SaysWhyNot) {
  EXPECT_EQ(open_store("ndjson:" + (folder_ / "no" / "file").string(), {}).error(),
            std::errc::no_such_file_or_directory);
  for (const auto* url : {"", "ndjson", "ndjsons:/tmp/a", ":/tmp/a", "/tmp/a"})
    EXPECT_EQ(open_store(url, {}).error(), std::errc::protocol_not_supported) << url;
}

}  // namespace
}  // namespace llmgw::collector
