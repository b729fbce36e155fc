// SPDX-License-Identifier: MIT
// The query API and the page: where they are, and who may ask.
#include <array>
#include <chrono>

#include "collector/config/rows.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::collector {
namespace {

constexpr std::string_view default_query_listen = "127.0.0.1:8082";

// With a store there is one by default; where it cannot be had, nothing but the answers is missing.
void read_query_listen(SettingInput& input, Config& config) {
  const auto set = input.text();
  config.is_query_listen_set = set.has_value();
  if (!set) {
    if (!config.store_url.empty()) config.query_listen = parse_listen_address(default_query_listen);
    return;
  }
  config.query_listen = input.settings.listen_address_or_off(input.name);
  if (config.query_listen && config.store_url.empty())
    input.fault(*set, "needs STORE_URL: an event log answers no questions");
}

bool is_loopback(const ListenAddress& address) {
  return address.host == both_loopbacks || address.host == "::1" ||
         address.host.starts_with("127.");
}

// Read again when the listener is opened, and when it changes.
void read_query_tokens(SettingInput& input, Config& config) {
  config.query_tokens_file = input.text().value_or("");
  if (config.query_tokens_file.empty()) {
    if (config.query_listen && !is_loopback(*config.query_listen))
      input.fault("must be set, for QUERY_LISTEN_ADDR is reached from other machines");
    return;
  }
  const auto content = input.read_file(config.query_tokens_file);
  if (!content)
    return input.fault(config.query_tokens_file, "cannot be read: " + content.error().message());
  auto access = QueryAccess::parse(*content);
  if (!access)
    return input.fault(
        config.query_tokens_file,
        "must have lines such as `name sha256:<64 hex digits> admin`, each name once "
        "(what it holds is not shown)");
  config.query_access = std::move(*access);
}

// The page lies at the root of its server.
void read_query_public_url(SettingInput& input, Config& config) {
  config.query_public_url = input.settings.http_url(input.name);
  if (!config.query_public_url) return;
  if (!config.query_public_url->path.empty() && config.query_public_url->path != "/")
    input.fault(to_string(*config.query_public_url), "must have no path");
  if (config.query_tokens_file.empty())
    input.fault(to_string(*config.query_public_url), "needs QUERY_TOKENS_FILE");
}

constexpr std::array<Row, 5> rows{{
    {{"QUERY_LISTEN_ADDR", "",
      "the query API: an address, or `off`. Without `QUERY_TOKENS_FILE` one of this machine alone",
      "`127.0.0.1:8082` with `STORE_URL`", "Asking"},
     read_query_listen,
     [](const Config& config) {
       return config.query_listen ? to_string(*config.query_listen) : std::string("off");
     }},
    {{"QUERY_TOKENS_FILE", "",
      "a file with a line for each token that the query API takes: `name sha256:<64 hex digits> "
      "scope`, the scope being `admin` or `tenant=team-a,team-b`; `llm-collector token` makes one. "
      "Read again when it changes",
      "unset"},
     read_query_tokens,
     [](const Config& config) { return config.query_tokens_file; }},
    {{"QUERY_PUBLIC_URL", "",
      "where browsers find the page, such as `https://usage.example.com`, if something with TLS "
      "stands in front: its name alone is answered, and cookies are sent over TLS alone",
      "unset: any name"},
     read_query_public_url,
     [](const Config& config) {
       return config.query_public_url ? to_string(*config.query_public_url) : std::string();
     }},
    {{"QUERY_THREADS", "2", "threads that answer, each with a connection to the store of its own"},
     [](SettingInput& input, Config& config) { config.query_threads = input.integer(1, 64); },
     [](const Config& config) { return std::to_string(config.query_threads); }},
    {{"QUERY_TIMEOUT", "10s", "longest an answer may take, waiting included; then it is 504"},
     [](SettingInput& input, Config& config) {
       config.query_timeout =
           input.duration(std::chrono::milliseconds(100), std::chrono::minutes(10));
     },
     [](const Config& config) { return format_duration(config.query_timeout); }},
}};

}  // namespace

std::span<const Row> asking_rows() noexcept { return rows; }

}  // namespace llmgw::collector
