// SPDX-License-Identifier: MIT
// Metrics handed to prometheus-cpp's serializer, which knows the escapes and the spelling of
// numbers.
#include "common/metrics/prometheus_text.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "common/json/string_bytes.hpp"

namespace llmgw {
namespace {

prometheus::MetricType type_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter: return prometheus::MetricType::Counter;
    case MetricKind::gauge: return prometheus::MetricType::Gauge;
    case MetricKind::histogram: return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram to_histogram(const HistogramValue& value) {
  prometheus::ClientMetric::Histogram made;
  made.sample_sum = value.sum;
  for (std::size_t i = 0; i < value.counts.size(); ++i) {
    made.sample_count += value.counts[i];
    const bool is_bounded = i < value.bounds.size();
    made.bucket.push_back({made.sample_count,
                           is_bounded ? value.bounds[i] : std::numeric_limits<double>::infinity()});
  }
  return made;
}

prometheus::ClientMetric to_client_metric(const Sample& sample, MetricKind kind) {
  prometheus::ClientMetric made;
  for (const auto& [name, value] : sample.labels) made.label.push_back({name, clean_label(value)});
  if (const auto* histogram = std::get_if<HistogramValue>(&sample.value)) {
    made.histogram = to_histogram(*histogram);
  } else if (kind == MetricKind::counter) {
    made.counter.value = std::get<double>(sample.value);
  } else {
    made.gauge.value = std::get<double>(sample.value);
  }
  return made;
}

}  // namespace

void HistogramValue::observe(double value) noexcept {
  const auto bound = std::lower_bound(bounds.begin(), bounds.end(), value);
  ++counts[static_cast<std::size_t>(bound - bounds.begin())];
  sum += value;
}

std::string clean_label(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const bool is_ascii = lead < 0x80;
    const std::size_t length = is_ascii ? 1 : string_bytes::utf8_length(text);
    const bool is_kept = is_ascii ? (lead >= 0x20 && lead != 0x7f) || lead == '\n' : length > 0;
    clean.append(is_kept ? text.substr(0, length) : "\xef\xbf\xbd");
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

Metric build_info(std::string_view program) {
  return {"llmgw_build_info",
          "Always 1; the labels tell which build this is.",
          MetricKind::gauge,
          {{{{"program", std::string(program)}, {"version", LLMGW_VERSION}}, 1.0}}};
}

std::string prometheus_text(std::span<const Metric> metrics) {
  std::vector<prometheus::MetricFamily> families;
  families.reserve(metrics.size());
  for (const Metric& metric : metrics) {
    if (metric.samples.empty()) continue;
    auto& family = families.emplace_back();
    family.name = metric.name;
    family.help = metric.help;
    family.type = type_of(metric.kind);
    for (const Sample& sample : metric.samples)
      family.metric.push_back(to_client_metric(sample, metric.kind));
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace llmgw
