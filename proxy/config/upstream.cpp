// SPDX-License-Identifier: MIT
// The one upstream that variables can describe, and what holds for all.
#include "proxy/config/upstream.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"
#include "proxy/config/rows.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view key_name = "UPSTREAM_OPENAI_API_KEY";
constexpr std::string_view key_file_name = "UPSTREAM_OPENAI_API_KEY_FILE";

// A key that was put where a path belongs must not reach the log.
std::string shown_path(const std::string& path) { return path.starts_with("sk-") ? "***" : path; }

void read_base_url(SettingInput& input, Config& config) {
  config.of_variables.name = "openai";
  config.of_variables.type = "openai";
  auto url = input.settings.http_url(input.name);
  if (!url) return;
  if (auto reason = refusal_of_base(*url)) input.fault(to_string(*url), *reason);
  config.of_variables.address = as_base(std::move(*url));
}

void read_key(SettingInput& input, Config& config) {
  auto text = input.text();
  const bool is_in_file = input.settings.text(key_file_name).has_value();
  if (text && is_in_file) {
    input.fault("set together with " + std::string(key_file_name) + "; one is accepted");
  } else if (text) {
    auto key = parse_key_variable(std::move(*text));
    if (!key) return input.fault(key_form);
    config.of_variables.keys = {{.name = "0", .key = std::move(*key)}};
  } else if (!is_in_file && !config.has_providers) {
    input.fault("required, or " + std::string(key_file_name) + "; both are unset or empty");
  }
}

void read_key_file(SettingInput& input, Config& config) {
  auto path = input.text();
  if (!path || input.settings.text(key_name)) return;
  auto content = input.read_file(*path);
  if (!content)
    return input.fault(shown_path(*path), "cannot be read: " + content.error().message());
  auto key = parse_upstream_key(std::move(*content));
  if (!key)
    return input.fault(shown_path(*path),
                       "the file is empty or not a key: " + std::string(key_form));
  config.of_variables.keys = {{.name = "0", .key = std::move(*key), .file = std::move(*path)}};
}

void read_ca(SettingInput& input, Config& config) {
  auto path = input.text();
  if (!path) return;
  auto& upstream = config.of_variables;
  if (auto reason = read_certificates(input.read_file, *path, upstream.ca_pem))
    return input.fault(*path, *reason);
  upstream.ca_file = std::move(*path);
}

constexpr std::array<Row, 5> rows{{
    {{"UPSTREAM_OPENAI_BASE_URL",
      "https://api.openai.com",
      "`http` or `https`; a path prefix is kept, a trailing `/` or `/v1` changes nothing, and a "
      "version at its end (`/v4`, `/v1beta/openai`) stands in the place of `/v1`",
      {},
      "Upstream"},
     read_base_url,
     [](const Config& config) {
       return config.has_providers ? std::string() : to_string(config.of_variables.address);
     }},
    {{key_name, "", "the provider's key", "required"},
     read_key,
     [](const Config& config) {
       const auto& keys = config.of_variables.keys;
       return std::string(!keys.empty() && keys.front().file.empty() ? "***" : "");
     }},
    {{key_file_name, "", "in place of the key: a file that holds it, read again when it changes",
      "unset"},
     read_key_file,
     [](const Config& config) {
       const auto& keys = config.of_variables.keys;
       return keys.empty() ? std::string() : keys.front().file;
     }},
    {{"UPSTREAM_CA_FILE", "",
      "extra CA bundle (PEM) for the upstream; certificates are always verified", "system store"},
     read_ca,
     [](const Config& config) { return config.of_variables.ca_file; }},
    {{"HTTP_CLIENT_TIMEOUT", "120s",
      "longest silence of the upstream, until the response head and then between two reads"},
     [](SettingInput& input, Config& config) {
       config.client_timeout = input.duration(1ms, 24h);
       config.of_variables.timeouts.head = config.client_timeout;
       config.of_variables.timeouts.idle = config.client_timeout;
     },
     [](const Config& config) { return format_duration(config.client_timeout); }},
}};

}  // namespace

std::span<const Row> upstream_rows() noexcept { return rows; }

std::optional<std::string_view> refusal_of_base(const HttpUrl& url) {
  if (!url.path.ends_with("/chat/completions")) return std::nullopt;
  return "names an endpoint; accepted is what comes before /v1";
}

HttpUrl as_base(HttpUrl url) {
  auto& path = url.path;
  if (path.ends_with("/v1")) path.resize(path.size() - 3);
  while (path.ends_with('/')) path.pop_back();
  return url;
}

Result<Secret> parse_upstream_key(std::string text) {
  auto end = text.size();
  while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r')) --end;
  const bool is_key = end > 0 && std::all_of(text.begin(), text.begin() + static_cast<long>(end),
                                             [](char c) { return c > ' ' && c < '\x7f'; });
  // Wiped, whichever way this goes.
  Secret whole(std::move(text));
  if (!is_key) return make_error_code(errc::invalid_setting);
  return Secret(std::string(whole.reveal().substr(0, end)));
}

// Line breaks are trimmed in files, where editors add them; in a variable they show a value that
// was pasted wrong.
Result<Secret> parse_key_variable(std::string text) {
  if (text.find_first_of("\r\n") != text.npos) return make_error_code(errc::invalid_setting);
  return parse_upstream_key(std::move(text));
}

std::optional<std::string> read_certificates(const FileReader& read, const std::string& path,
                                             std::string& pem) {
  auto content = read(path);
  if (!content) return "cannot be read: " + content.error().message();
  if (content->find("-----BEGIN CERTIFICATE-----") == std::string::npos &&
      content->find("-----BEGIN TRUSTED CERTIFICATE-----") == std::string::npos)
    return "holds no certificate in PEM form";
  pem = std::move(*content);
  return std::nullopt;
}

}  // namespace llmgw::proxy
