// SPDX-License-Identifier: MIT
// Addresses, versions, and what goes with which type.
#include "proxy/config/provider_type.hpp"

#include <algorithm>
#include <array>

namespace llmgw::proxy {
namespace {

// Where those are that have one address for all.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> vendors{{
    {"openai", "https://api.openai.com"},
    {"anthropic", "https://api.anthropic.com"},
    {"gemini", "https://generativelanguage.googleapis.com"},
}};

bool is_beta(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != ','; });
}
constexpr TextForm beta_text{"1 to 64 of visible ASCII without commas", "^[!-+.-~-]{1,64}$",
                             is_beta};

}  // namespace

constinit const Form beta_form{.shape = Form::Shape::text, .text = &beta_text};

std::optional<HttpUrl> vendor_address(std::string_view type) {
  for (const auto& [name, address] : vendors)
    if (name == type) return *parse_http_url(address);
  return std::nullopt;
}

void read_api_version(ConfigReader& reader, const ConfigValue& value, UpstreamSettings& into) {
  constexpr std::array<std::string_view, 3> of_gemini{"v1", "v1alpha", "v1beta"};
  if (into.type == "azure" && into.api_version.empty()) return;  // form v1 has none
  if (into.type != "azure" && into.type != "gemini")
    return reader.fault(value.place, "is for azure and gemini alone");
  if (into.type == "gemini" && std::ranges::find(of_gemini, value.text) == of_gemini.end())
    return reader.fault(value.place, value.text, "has to be v1, v1alpha or v1beta");
  into.api_version = value.text;
}

void read_beta(ConfigReader&, const ConfigValue& value, UpstreamSettings& into) {
  for (const ConfigValue& each : value.items)
    into.beta.append(into.beta.empty() ? "" : ",").append(each.text);
}

// What one type needs and another has not.
void complete_provider(ConfigReader& reader, const ConfigValue& value, UpstreamSettings& provider) {
  if (provider.address.host.empty()) {
    provider.address = *vendor_address(vendors.front().first);
    if (provider.type == "azure") reader.fault(value.place, "`base_url` is required for azure");
  }
  if (provider.api_version == missing_version)
    reader.fault(value.place, "`api_version` is required with `api: deployments`");
  if (provider.discovers && provider.type == "azure" && !provider.api_version.empty())
    reader.fault(value.place, "`discover` is not for `api: deployments`, which nobody can list");
  if (provider.uses_bearer && provider.type != "azure" && provider.type != "anthropic")
    reader.fault(value.place, "`auth` is for azure and anthropic alone");
  if (provider.type == "anthropic") return;
  if (!provider.beta.empty()) reader.fault(value.place, "`beta` is for anthropic alone");
  if (provider.input_includes_cache)
    reader.fault(value.place, "`usage: input_includes_cache` is for anthropic alone");
}

}  // namespace llmgw::proxy
