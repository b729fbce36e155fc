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

/// The value of the field that goes before all others of its sort, and whether they differ.
struct First {
  std::string_view value;
  int rank = 0;
  bool has_two = false;

  void take(std::string_view other, int rank_of_other) noexcept {
    has_two |= !value.empty() && value != other;
    if (!value.empty() && rank <= rank_of_other) return;
    value = other;
    rank = rank_of_other;
  }
};

}  // namespace

Presented presented_by(const http::Head& head) noexcept {
  First credential;
  First tenant;
  const auto take = [&credential](std::string_view value, int rank) {
    if (!value.empty()) credential.take(value, rank);
  };
  for (const http::Field& each : head.fields) {
    switch (each.id) {
      case FieldId::authorization: take(bearer_token(each.value), 0); break;
      case FieldId::api_key: take(each.value, 1); break;
      case FieldId::x_api_key: take(each.value, 2); break;
      case FieldId::x_goog_api_key: take(each.value, 3); break;
      case FieldId::x_llm_tenant:
      case FieldId::x_tenant:
        if (is_tenant(each.value))
          tenant.take(each.value, each.id == FieldId::x_llm_tenant ? 0 : 1);
        break;
      default: break;
    }
  }
  return {credential.value, tenant.value, credential.has_two, tenant.has_two};
}

}  // namespace llmgw::proxy
