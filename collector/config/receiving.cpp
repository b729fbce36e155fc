// SPDX-License-Identifier: MIT
// Where events come in, and from whom.
#include <array>

#include "collector/config/rows.hpp"
#include "common/settings/events_token.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::collector {
namespace {

constexpr std::array<Row, 3> rows{{
    {{"PORT",
      "8081",
      "events, metrics and health: a port, or an address such as `127.0.0.1:8081` or "
      "`localhost:8081`",
      {},
      "Receiving"},
     [](SettingInput& input, Config& config) {
       config.listen = input.settings.listen_address(input.name);
     },
     [](const Config& config) { return to_string(config.listen); }},
    {{"MAX_EVENTS_BODY", "16MB", "larger requests, also after decompression, are answered 413"},
     [](SettingInput& input, Config& config) {
       config.max_events_body = input.size(1, 1ULL << 30);
     },
     [](const Config& config) { return format_size(config.max_events_body); }},
    {{events_token_name, "",
      "a file with the bearer token that `POST /events` needs, or with two of them, a line each, "
      "while it is changed: either is taken. Read again when it changes; unset: anyone who reaches "
      "the collector may write",
      "unset"},
     [](SettingInput& input, Config& config) {
       config.events_token = read_events_token(input.settings, input.read_file);
     },
     [](const Config& config) { return config.events_token.file; }},
}};

}  // namespace

std::span<const Row> receiving_rows() noexcept { return rows; }

}  // namespace llmgw::collector
