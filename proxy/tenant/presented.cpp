// SPDX-License-Identifier: MIT
// PURE: one pass over the fields.
#include "proxy/tenant/presented.hpp"

#include "common/text/case_blind.hpp"

namespace llmgw::proxy {
namespace {

using http::FieldId;

// The token of `Bearer TOKEN`; empty for anything else.
std::string_view bearer_token(std::string_view authorization) noexcept {
  constexpr std::string_view scheme = "bearer ";
  if (!starts_ignoring_case(authorization, scheme)) return {};
  const auto from = authorization.find_first_not_of(' ', scheme.size());
  return from == authorization.npos ? std::string_view() : authorization.substr(from);
}

}  // namespace

Presented presented_by(const http::Head& head) noexcept {
  constexpr std::size_t kinds = 4;
  std::string_view credentials[kinds];  // the first of each field
  std::string_view tenants[2];
  Presented all;
  for (const http::Field& each : head.fields) {
    std::string_view* into = nullptr;
    std::string_view value = each.value;
    switch (each.id) {
      case FieldId::authorization:
        into = &credentials[0];
        value = bearer_token(value);
        break;
      case FieldId::api_key: into = &credentials[1]; break;
      case FieldId::x_api_key: into = &credentials[2]; break;
      case FieldId::x_goog_api_key: into = &credentials[3]; break;
      case FieldId::x_llm_tenant:
      case FieldId::x_tenant:
        if (!is_tenant(value)) continue;
        all.names_two_tenants |= !all.tenant.empty() && all.tenant != value;
        all.tenant = value;
        into = &tenants[each.id == FieldId::x_llm_tenant ? 0 : 1];
        if (into->empty()) *into = value;
        continue;
      default: continue;
    }
    if (value.empty()) continue;
    all.has_two_credentials |= !all.credential.empty() && all.credential != value;
    all.credential = value;
    if (into->empty()) *into = value;
  }
  for (const std::string_view each : credentials)
    if (!each.empty()) {
      all.credential = each;
      break;
    }
  all.tenant = tenants[0].empty() ? tenants[1] : tenants[0];
  return all;
}

}  // namespace llmgw::proxy
