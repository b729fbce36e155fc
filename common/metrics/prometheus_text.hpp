// SPDX-License-Identifier: MIT
// PURE: metrics as plain structs, and the Prometheus text exposition format made of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace llmgw {

/// Observations by size. Fill it with observe(), or from counts kept elsewhere.
struct HistogramValue {
  std::vector<double> bounds;         ///< inclusive upper bounds, rising; `+Inf` is implied
  std::vector<std::uint64_t> counts;  ///< one a bound and one for what is above; not cumulative
  double sum = 0;

  HistogramValue() = default;
  explicit HistogramValue(std::vector<double> upper_bounds)
      : bounds(std::move(upper_bounds)), counts(bounds.size() + 1) {}

  void observe(double value) noexcept;
};

/// A label's value out of text of any origin: each byte that is not part of valid UTF-8, which a
/// scraper refuses with all that was scraped, becomes U+FFFD, and so does each control character
/// but the line feed, which has an escape.
std::string clean_label(std::string_view text);

/// One series. Label values may hold any text: they are cleaned and escaped.
struct Sample {
  std::vector<std::pair<std::string, std::string>> labels;
  std::variant<double, HistogramValue> value;
};

/// One metric with all its series, e.g.
/// `{"llmgw_proxy_requests_total", "Requests answered.", MetricKind::counter, {{{}, 12.0}}}`.
enum class MetricKind : std::uint8_t { counter, gauge, histogram };
struct Metric {
  std::string name;  ///< by the conventions: prefix, base unit, `_total` for counters
  std::string help;  ///< one line
  MetricKind kind = MetricKind::counter;
  std::vector<Sample> samples;  ///< none: the metric is left out
};

/// `llmgw_build_info{program="llm-proxy",version="0.1.0"} 1`.
Metric build_info(std::string_view program);

/// The body of a `/metrics` response, to be sent as prometheus_content_type.
std::string prometheus_text(std::span<const Metric> metrics);

inline constexpr std::string_view prometheus_content_type =
    "text/plain; version=0.0.4; charset=utf-8";

}  // namespace llmgw
