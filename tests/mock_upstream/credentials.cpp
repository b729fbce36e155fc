// SPDX-License-Identifier: MIT
// Fields of credentials by dialect.
#include "tests/mock_upstream/credentials.hpp"

#include <vector>

namespace llmgw::mock {
namespace {

constexpr std::string_view credential_fields[] = {"authorization", "x-api-key", "api-key",
                                                  "x-goog-api-key"};

struct Credential {
  std::string_view field;
  std::string value;
};

std::string without_scheme(std::string_view field, std::string_view value) {
  constexpr std::string_view scheme = "Bearer ";
  if (field == "authorization" && starts_ignoring_case(value, scheme))
    value.remove_prefix(scheme.size());
  return std::string(value);
}

std::vector<Credential> credentials_of(const http::EndpointHead& head) {
  std::vector<Credential> found;
  for (const http::EndpointField& each : head.fields) {
    for (const std::string_view name : credential_fields) {
      if (equals_ignoring_case(each.name, name))
        found.push_back({name, without_scheme(name, each.value)});
    }
  }
  std::string value;
  if (find_parameter(head.target, "key", value)) found.push_back({"key=", value});
  return found;
}

bool is_own(Dialect dialect, std::string_view field) {
  switch (dialect) {
    case Dialect::azure: return field == "api-key" || field == "authorization";
    case Dialect::anthropic: return field == "x-api-key" || field == "authorization";
    case Dialect::gemini: return field == "x-goog-api-key" || field == "key=";
    case Dialect::openai: break;
  }
  return field == "authorization";
}

Denial missing(Dialect dialect) {
  switch (dialect) {
    case Dialect::anthropic: return {401, "x-api-key header is required", ""};
    case Dialect::gemini:
      return {403, "Method doesn't allow unregistered callers. Please use API Key.", ""};
    case Dialect::azure: return {401, "Access denied due to missing subscription key.", ""};
    case Dialect::openai: break;
  }
  return {401, "You didn't provide an API key.", ""};
}

Denial wrong(Dialect dialect) {
  switch (dialect) {
    case Dialect::anthropic: return {401, "invalid x-api-key", ""};
    case Dialect::gemini:
      return {400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"};
    case Dialect::azure: return {401, "Access denied due to invalid subscription key.", ""};
    case Dialect::openai: break;
  }
  return {401, "Incorrect API key provided.", ""};
}

}  // namespace

std::optional<Denial> deny(const http::EndpointHead& head, Dialect dialect, std::string_view key) {
  if (key.empty() && dialect == Dialect::openai) return std::nullopt;
  const std::vector<Credential> all = credentials_of(head);
  const Credential* own = nullptr;
  for (const Credential& each : all) {
    if (own == nullptr && is_own(dialect, each.field) && !each.value.empty()) own = &each;
  }
  if (own == nullptr) return missing(dialect);
  if (key.empty()) return std::nullopt;
  if (own->value != key) return wrong(dialect);
  if (own->field == "key=") return Denial{401, "mock: the key is in the query", ""};
  if (all.size() == 1) return std::nullopt;
  const Credential& other = own == &all.front() ? all[1] : all.front();
  return Denial{401, "mock: a credential too many, in " + std::string(other.field), ""};
}

}  // namespace llmgw::mock
