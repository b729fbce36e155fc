// SPDX-License-Identifier: MIT
// How the limits of the file are held to, and what clients are told of them.
#include "proxy/config/rows.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::array<std::pair<std::string_view, bool>, 2> modes{{
    {"enforce", true},
    {"observe", false},
}};
constexpr std::array<std::pair<std::string_view, bool>, 2> switches{{
    {"on", true},
    {"off", false},
}};

constexpr std::array<Row, 3> rows{{
    {{"LIMITS_MODE",
      "enforce",
      "what becomes of requests beyond a limit of GATEWAY_CONFIG: they are refused (`enforce`), or "
      "only counted, and named in their events (`observe`)",
      {},
      "Limits of tenants and keys"},
     [](SettingInput& input, Config& config) { config.enforces_limits = input.choice(modes); },
     [](const Config& config) { return word_of(modes, config.enforces_limits); }},
    {{"LIMITS_HEADERS", "on",
      "whether callers under a limit are told what is left of it (`x-ratelimit-*`), in place of "
      "what the upstream says; `off`: the upstream's fields pass"},
     [](SettingInput& input, Config& config) { config.shows_limits = input.choice(switches); },
     [](const Config& config) { return word_of(switches, config.shows_limits); }},
    {{"LIMITS_URL", "",
      "the collector that keeps the limits of days, weeks and months, `http` or `https`; without "
      "it such a limit is a fault, and all others hold for each proxy by itself",
      "unset"},
     [](SettingInput& input, Config& config) {
       config.limits_url = input.settings.http_url(input.name);
     },
     [](const Config& config) {
       return config.limits_url ? to_string(*config.limits_url) : std::string();
     }},
}};

}  // namespace

std::span<const Row> tenant_limit_rows() noexcept { return rows; }

}  // namespace llmgw::proxy
