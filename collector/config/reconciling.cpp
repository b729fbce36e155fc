// SPDX-License-Identifier: MIT
// What `llm-collector reconcile` goes by, beside its options.
#include <array>

#include "collector/config/rows.hpp"

namespace llmgw::collector {
namespace {

// A key is not shown to whoever listens on the way.
void read_reconcile_url(SettingInput& input, Config& config) {
  config.reconcile_url = input.settings.http_url(input.name);
  if (!config.reconcile_url || config.reconcile_url->tls) return;
  const std::string& host = config.reconcile_url->host;
  const bool is_here = host == "localhost" || host == "::1" || host.starts_with("127.");
  if (!is_here) input.fault(to_string(*config.reconcile_url), "must be https, or of this machine");
}

constexpr std::array<Row, 3> rows{{
    {{"RECONCILE_KEY_FILE", "",
      "a file with an admin key of the organisation, for `llm-collector reconcile` alone", "unset",
      "Reconciling"},
     [](SettingInput& input, Config& config) {
       config.reconcile_key_file = input.text().value_or("");
     },
     [](const Config& config) { return config.reconcile_key_file; }},
    {{"RECONCILE_BASE_URL", "",
      "where the provider's reports are asked for, if not at its own API; a trailing `/v1` changes "
      "nothing",
      "the provider's"},
     read_reconcile_url,
     [](const Config& config) {
       return config.reconcile_url ? to_string(*config.reconcile_url) : std::string();
     }},
    {{"RECONCILE_CA_FILE", "",
      "certificates in PEM form trusted for it, beside those of the system", "unset"},
     [](SettingInput& input, Config& config) {
       config.reconcile_ca_file = input.text().value_or("");
     },
     [](const Config& config) { return config.reconcile_ca_file; }},
}};

}  // namespace

std::span<const Row> reconciling_rows() noexcept { return rows; }

}  // namespace llmgw::collector
