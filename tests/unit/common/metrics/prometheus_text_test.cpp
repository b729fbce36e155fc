// SPDX-License-Identifier: MIT
// The text format, character by character.
#include "common/metrics/prometheus_text.hpp"

#include <gtest/gtest.h>

namespace llmgw {
namespace {

TEST(PrometheusText, WritesCountersAndGauges) {
  const Metric metrics[] = {
      {"a_total", "Things.", MetricKind::counter, {{{}, 12.0}}},
      {"b", "Level.", MetricKind::gauge, {{{{"x", "1"}, {"y", "z"}}, 0.5}, {{{"x", "2"}}, -3.0}}},
  };
  EXPECT_EQ(prometheus_text(metrics),
            "# HELP a_total Things.\n# TYPE a_total counter\na_total 12\n"
            "# HELP b Level.\n# TYPE b gauge\nb{x=\"1\",y=\"z\"} 0.5\nb{x=\"2\"} -3\n");
}

TEST(PrometheusText, EscapesLabelValues) {
  const Metric metrics[] = {{"a", "A.", MetricKind::gauge, {{{{"x", "\"q\" \\ \n"}}, 1.0}}}};
  EXPECT_EQ(prometheus_text(metrics),
            "# HELP a A.\n# TYPE a gauge\na{x=\"\\\"q\\\" \\\\ \\n\"} 1\n");
}

TEST(PrometheusText, CleansLabelValues) {
  EXPECT_EQ(clean_label("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8d\x8b\n\"\\"),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8d\x8b\n\"\\");
  const std::string mark = "\xef\xbf\xbd";
  for (const std::string_view bad : {"\xff", "\x80", "\xc3", "\r", "\x7f", "\x1b"})
    EXPECT_EQ(clean_label(std::string("a") + std::string(bad) + "b"), "a" + mark + "b");
  EXPECT_EQ(clean_label(std::string_view("\0", 1)), mark);
  EXPECT_EQ(clean_label("\xed\xa0\x80"), mark + mark + mark);  // half of a surrogate pair
  EXPECT_EQ(clean_label("\xe2\x82"), mark + mark);
  EXPECT_EQ(clean_label(""), "");
  const Metric metrics[] = {{"a", "A.", MetricKind::gauge, {{{{"x", "m\xff"}}, 1.0}}}};
  EXPECT_EQ(prometheus_text(metrics), "# HELP a A.\n# TYPE a gauge\na{x=\"m" + mark + "\"} 1\n");
}

TEST(PrometheusText, CountsHistogramsUp) {
  HistogramValue value({0.1, 1});
  value.observe(0.1);  // bounds are inclusive
  value.observe(0.5);
  value.observe(7);
  const Metric metrics[] = {{"t_seconds", "T.", MetricKind::histogram, {{{{"x", "y"}}, value}}}};
  EXPECT_EQ(prometheus_text(metrics),
            "# HELP t_seconds T.\n# TYPE t_seconds histogram\n"
            "t_seconds_count{x=\"y\"} 3\nt_seconds_sum{x=\"y\"} 7.6\n"
            "t_seconds_bucket{x=\"y\",le=\"0.1\"} 1\nt_seconds_bucket{x=\"y\",le=\"1\"} 2\n"
            "t_seconds_bucket{x=\"y\",le=\"+Inf\"} 3\n");
}

TEST(PrometheusText, LeavesOutMetricsWithoutSeries) {
  const Metric metrics[] = {{"a_total", "Things.", MetricKind::counter, {}}};
  EXPECT_EQ(prometheus_text(metrics), "");
}

TEST(PrometheusText, NamesTheBuild) {
  const Metric metrics[] = {build_info("llm-test")};
  EXPECT_NE(prometheus_text(metrics).find("llmgw_build_info{program=\"llm-test\",version=\""),
            std::string::npos);
}

TEST(PrometheusText, KeepsLargeCounts) {
  const Metric metrics[] = {{"a_total", "A.", MetricKind::counter, {{{}, 9007199254740991.0}}}};
  EXPECT_NE(prometheus_text(metrics).find("a_total 9007199254740991\n"), std::string::npos);
}

}  // namespace
}  // namespace llmgw
