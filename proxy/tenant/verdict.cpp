// SPDX-License-Identifier: MIT
// PURE: the rules, the cheapest first.
#include "proxy/tenant/verdict.hpp"

#include <algorithm>

#include "proxy/config/routing.hpp"
#include "proxy/tenant/gateway_key.hpp"

namespace llmgw::proxy {
namespace {

bool fits_any(const std::vector<std::string>& patterns, std::string_view text) noexcept {
  return std::ranges::any_of(patterns, [text](const auto& each) { return matches(each, text); });
}

bool may_name(const KeySettings& key, std::string_view tenant) noexcept {
  return tenant == key.tenant || fits_any(key.tenants, tenant);
}

bool fits_tenant(const KeySettings& key, const Presented& presented) noexcept {
  if (presented.tenant.empty() || key.tenant_header == TenantHeader::ignore) return true;
  if (presented.names_two_tenants) return false;
  return key.tenant_header == TenantHeader::trust ? may_name(key, presented.tenant)
                                                  : presented.tenant == key.tenant;
}

}  // namespace

KeyVerdict verdict_without_key(std::string_view credential) noexcept {
  if (credential.empty()) return KeyVerdict::missing;
  const bool is_slip = is_of_gateway(credential) && !is_gateway_key(credential);
  return is_slip ? KeyVerdict::checksum : KeyVerdict::unknown;
}

KeyVerdict judge(const KeySettings& key, const Presented& presented,
                 KeySettings::Time now) noexcept {
  if (key.is_disabled) return KeyVerdict::disabled;
  if (key.not_before && now < *key.not_before) return KeyVerdict::not_yet_valid;
  if (key.expires && now >= *key.expires) return KeyVerdict::expired;
  return fits_tenant(key, presented) ? KeyVerdict::accepted : KeyVerdict::tenant_mismatch;
}

std::string_view tenant_by(const KeySettings& key, const Presented& presented) noexcept {
  const bool is_named = key.tenant_header == TenantHeader::trust && !presented.tenant.empty() &&
                        !presented.names_two_tenants && may_name(key, presented.tenant);
  return is_named ? presented.tenant : std::string_view(key.tenant);
}

bool allows_model(const KeySettings& key, std::string_view model) noexcept {
  return key.models.empty() || fits_any(key.models, model);
}

}  // namespace llmgw::proxy
