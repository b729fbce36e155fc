// SPDX-License-Identifier: MIT
// What is told of the configuration file.
#include "common/settings/config_status.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

ConfigStatus status() {
  ConfigStatus made;
  made.files = {"/c/a.yaml", "/c/\"b\".json"};
  made.hash = "ffffffffffff" + std::string(52, '0');
  made.loaded_at = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'500));
  made.reloads = 3;
  made.failed_reloads = 2;
  return made;
}

TEST(ConfigStatus, IsJson) {
  auto told = status();
  const std::string good =
      "{\"hash\":\"ffffffffffff0000000000000000000000000000000000000000000000000000\","
      "\"loaded_at\":\"1970-01-01T00:00:01.500Z\",\"files\":[\"/c/a.yaml\",\"/c/\\\"b\\\".json\"],"
      "\"last_error\":";
  EXPECT_EQ(to_json(told), good + "null}\n");
  told.last_faults = {"a: b", "c"};
  told.failed_at = std::chrono::system_clock::time_point(std::chrono::seconds(60));
  EXPECT_EQ(to_json(told), good +
                               "{\"at\":\"1970-01-01T00:01:00.000Z\",\"faults\":[\"a: b\","
                               "\"c\"]}}\n");
}

TEST(ConfigStatus, IsMetrics) {
  auto told = status();
  std::vector<Metric> metrics;
  append_metrics(told, metrics);
  const std::string text = prometheus_text(metrics);
  for (const auto* line : {"llmgw_config_reloads_total{result=\"ok\"} 3\n",
                           "llmgw_config_reloads_total{result=\"error\"} 2\n",
                           "llmgw_config_hash 281474976710655\n", "llmgw_config_last_error 0\n"})
    EXPECT_NE(text.find(line), text.npos) << text;
  told.last_faults = {"a"};
  metrics.clear();
  append_metrics(told, metrics);
  EXPECT_NE(prometheus_text(metrics).find("llmgw_config_last_error 1\n"), std::string::npos);
}

}  // namespace
}  // namespace llmgw
