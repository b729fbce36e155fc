// SPDX-License-Identifier: MIT
// PURE: what is told of the configuration file: which one is in effect, and how the last reading
// went.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/metrics/prometheus_text.hpp"

namespace llmgw {

/// Names and places only; no value of the file is told, so no secret can be.
struct ConfigStatus {
  std::vector<std::string> files;  ///< in effect
  std::string hash;                ///< of those, 64 hexadecimal digits
  std::chrono::system_clock::time_point loaded_at;
  std::vector<std::string> last_faults;             ///< of the last reading; none: it went well
  std::chrono::system_clock::time_point failed_at;  ///< where there are faults
  std::uint64_t reloads = 0;
  std::uint64_t failed_reloads = 0;
};

/// The body of `/configz`: an object of `hash`, `loaded_at`, `files` and `last_error`, which is
/// null or an object of `at` and `faults`.
std::string to_json(const ConfigStatus& status);

/// llmgw_config_reloads_total by result, llmgw_config_hash (the first 48 bits of the hash as a
/// number, which a double holds exactly) and llmgw_config_last_error.
void append_metrics(const ConfigStatus& status, std::vector<Metric>& metrics);

}  // namespace llmgw
