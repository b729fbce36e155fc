// SPDX-License-Identifier: MIT
// Callers that are known by tokens of another issuer.
#include "proxy/config/jwt.hpp"

#include "proxy/config/rows.hpp"

namespace llmgw::proxy {
namespace {

// Of a pointer each tilde begins an escape (RFC 6901 section 3).
bool is_claim(std::string_view text) noexcept {
  if (!text.starts_with('/')) return !text.empty();
  for (auto at = text.find('~'); at != text.npos; at = text.find('~', at + 1))
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  return true;
}

void read_claim(SettingInput& input, Config& config) {
  config.jwt.terms.tenant_claim = input.text().value_or("");
  if (!is_claim(config.jwt.terms.tenant_claim))
    input.fault(config.jwt.terms.tenant_claim,
                "must be the name of a claim, or a JSON pointer to it that begins with a slash");
}

void read_file_of_keys(SettingInput& input, Config& config) {
  config.jwt.keys_file = input.text().value_or("");
  if (config.jwt.keys_file.empty()) return;
  const auto content = input.read_file(config.jwt.keys_file);
  if (!content) input.fault(config.jwt.keys_file, "cannot be read: " + content.error().message());
}

// What one of them needs of the others.
void check_together(SettingInput& input, const Config& config) {
  const JwtSettings& jwt = config.jwt;
  if (config.key_mode != KeyMode::off && config.file.path.empty() && !jwt.is_set())
    input.settings.fault("GATEWAY_KEYS", word_of(key_modes, config.key_mode),
                         "needs GATEWAY_CONFIG, whose section `keys` has the keys, or "
                         "GATEWAY_JWT_ISSUER");
  if (!jwt.is_set() && (!jwt.keys_file.empty() || jwt.keys_url))
    return input.settings.fault("GATEWAY_JWT_ISSUER", "is required where there are keys of one");
  if (!jwt.is_set()) return;
  if (jwt.keys_file.empty() != jwt.keys_url.has_value())
    input.settings.fault("GATEWAY_JWT_ISSUER",
                         "needs either GATEWAY_JWT_JWKS_FILE or GATEWAY_JWT_JWKS_URL, not both");
  if (config.key_mode == KeyMode::off)
    input.settings.fault("GATEWAY_JWT_ISSUER",
                         "is of no use with GATEWAY_KEYS=off, where nobody looks at credentials");
}

void read_ca(SettingInput& input, Config& config) {
  config.jwt.ca_file = input.text().value_or("");
  if (config.jwt.ca_file.empty()) return;
  const auto content = input.read_file(config.jwt.ca_file);
  if (!content) input.fault(config.jwt.ca_file, "cannot be read: " + content.error().message());
}

constexpr std::array<Row, 7> rows{{
    {{"GATEWAY_JWT_ISSUER", "",
      "the issuer whose signed tokens (JWT) are accepted beside keys, exactly as their claim `iss` "
      "has it",
      "unset", "Tokens of callers"},
     [](SettingInput& input, Config& config) {
       config.jwt.terms.issuer = input.text().value_or("");
     },
     [](const Config& config) { return config.jwt.terms.issuer; }},
    {{"GATEWAY_JWT_AUDIENCE", "llm-gateway", "what their claim `aud` has to name"},
     [](SettingInput& input, Config& config) {
       config.jwt.terms.audience = input.text().value_or("");
     },
     [](const Config& config) { return config.jwt.terms.audience; }},
    {{"GATEWAY_JWT_TENANT_CLAIM", "/kubernetes.io/namespace",
      "the claim that names the tenant: its name, or with a slash in front a JSON pointer into the "
      "claims"},
     read_claim,
     [](const Config& config) { return config.jwt.terms.tenant_claim; }},
    {{"GATEWAY_JWT_JWKS_FILE", "",
      "a file with the issuer's public keys (a JSON Web Key Set), read again when it changes",
      "unset"},
     read_file_of_keys,
     [](const Config& config) { return config.jwt.keys_file; }},
    {{"GATEWAY_JWT_JWKS_CA_FILE", "", "CA bundle (PEM) for the address below", "system store"},
     read_ca,
     [](const Config& config) { return config.jwt.ca_file; }},
    {{"GATEWAY_JWT_JWKS_TOKEN_FILE", "",
      "a file with a bearer token that is sent there, read each time", "unset"},
     [](SettingInput& input, Config& config) { config.jwt.token_file = input.text().value_or(""); },
     [](const Config& config) { return config.jwt.token_file; }},
    {{"GATEWAY_JWT_JWKS_URL", "",
      "where the issuer's public keys are had instead, once an hour, and when a token names a key "
      "that is not among them, at most every 30 s",
      "unset"},
     [](SettingInput& input, Config& config) {
       config.jwt.keys_url = input.settings.http_url(input.name);
       check_together(input, config);
     },
     [](const Config& config) {
       return config.jwt.keys_url ? to_string(*config.jwt.keys_url) : std::string();
     }},
}};

}  // namespace

std::span<const Row> jwt_rows() noexcept { return rows; }

}  // namespace llmgw::proxy
