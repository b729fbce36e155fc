// SPDX-License-Identifier: MIT
// Limits that are lent to proxies.
#include <array>

#include "collector/config/rows.hpp"
#include "common/settings/events_token.hpp"

namespace llmgw::collector {
namespace {

constexpr std::array<Row, 2> rows{{
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
}};

}  // namespace

std::span<const Row> lending_rows() noexcept { return rows; }

}  // namespace llmgw::collector
