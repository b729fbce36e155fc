// SPDX-License-Identifier: MIT
// Where the proxy listens, and who reaches what through it.
#include "proxy/config/rows.hpp"

namespace llmgw::proxy {
namespace {

void read_admin(SettingInput& input, Config& config) {
  config.admin = input.settings.listen_address_or_off(input.name);
  if (config.admin && overlap(*config.admin, config.listen)) {
    input.fault(to_string(*config.admin),
                "taken by LISTEN_ADDR; accepted are another port and off");
  }
}

constexpr std::array<Row, 5> rows{{
    {{"LISTEN_ADDR",
      ":8080",
      "traffic: `:8080`, `127.0.0.1:8080`, `[::1]:8080`, or `localhost:8080` for both loopback "
      "addresses",
      {},
      "Listening"},
     [](SettingInput& input, Config& config) {
       config.listen = input.settings.listen_address(input.name);
     },
     [](const Config& config) { return to_string(config.listen); }},
    {{"ADMIN_LISTEN_ADDR", ":9090",
      "`/metrics`, `/healthz`, `/readyz` and `/configz`; `off` turns it off"},
     read_admin,
     [](const Config& config) {
       return config.admin ? to_string(*config.admin) : std::string("off");
     }},
    {{"ALLOWED_ENDPOINTS", "/v1/",
      "what is forwarded, by commas: `/v1/chat/completions` is that path and all below it, "
      "`/v1/chat/` all below it; anything else is answered 404"},
     [](SettingInput& input, Config& config) {
       config.reach.endpoints = read_endpoints(input.settings, input.name);
     },
     [](const Config& config) { return joined(config.reach.endpoints); }},
    {{"ALLOWED_ORIGINS", "",
      "origins whose pages may call the gateway from browsers, by commas, such as "
      "`https://app.example.com`; `*`: all. Other cross-site requests are answered 403",
      "none"},
     [](SettingInput& input, Config& config) {
       config.reach.origins = read_origins(input.settings, input.name);
     },
     [](const Config& config) { return joined(config.reach.origins); }},
    {{"ALLOWED_HOSTS", "",
      "what `Host` may be, by commas; one without a port allows any port. Others are answered 403",
      "any"},
     [](SettingInput& input, Config& config) {
       config.reach.hosts = read_hosts(input.settings, input.name);
     },
     [](const Config& config) { return joined(config.reach.hosts); }},
}};

}  // namespace

std::span<const Row> listening_rows() noexcept { return rows; }

}  // namespace llmgw::proxy
