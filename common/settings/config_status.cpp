// SPDX-License-Identifier: MIT
// The status as JSON and as metrics.
#include "common/settings/config_status.hpp"

#include <array>
#include <charconv>

#include "common/json/escape.hpp"
#include "common/text/timestamp.hpp"

namespace llmgw {
namespace {

using Time = std::chrono::system_clock::time_point;

void append_time(Time time, std::string& text) {
  std::array<char, timestamp_size> stamp;
  write_timestamp(time, stamp.data());
  text.append("\"").append(stamp.data(), stamp.size()).append("\"");
}

void append_list(const std::vector<std::string>& list, std::string& text) {
  text += '[';
  for (const std::string& each : list) {
    if (text.back() != '[') text += ',';
    append_json_string(each, text);
  }
  text += ']';
}

double number_of(std::string_view hash) {
  std::uint64_t number = 0;
  const auto digits = hash.substr(0, 12);
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return static_cast<double>(number);
}

}  // namespace

std::string to_json(const ConfigStatus& status) {
  std::string text = "{\"hash\":";
  append_json_string(status.hash, text);
  text += ",\"loaded_at\":";
  append_time(status.loaded_at, text);
  text += ",\"files\":";
  append_list(status.files, text);
  text += ",\"last_error\":";
  if (status.last_faults.empty()) return text += "null}\n";
  text += "{\"at\":";
  append_time(status.failed_at, text);
  text += ",\"faults\":";
  append_list(status.last_faults, text);
  return text += "}}\n";
}

void append_metrics(const ConfigStatus& status, std::vector<Metric>& metrics) {
  const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
  metrics.push_back({"llmgw_config_reloads_total",
                     "Readings of the configuration file after the one at start.",
                     MetricKind::counter,
                     {{{{"result", "ok"}}, number(status.reloads)},
                      {{{"result", "error"}}, number(status.failed_reloads)}}});
  metrics.push_back({"llmgw_config_hash",
                     "The first 48 bits of the hash of the configuration in effect, as a number.",
                     MetricKind::gauge,
                     {{{}, number_of(status.hash)}}});
  metrics.push_back({"llmgw_config_last_error",
                     "1 if the last reading of the configuration file found faults.",
                     MetricKind::gauge,
                     {{{}, status.last_faults.empty() ? 0.0 : 1.0}}});
}

}  // namespace llmgw
