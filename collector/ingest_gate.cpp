// SPDX-License-Identifier: MIT
// Origin and Authorization.
#include "collector/ingest_gate.hpp"

#include <algorithm>

#include "common/text/case_blind.hpp"

namespace llmgw::collector {
namespace {

// Every browser adds one to a request that a page makes and that is not a plain look (Fetch
// standard, "append a request Origin header"), and nothing else that sends events does.
bool is_from_page(const http::RequestHead& head) noexcept {
  return std::any_of(head.fields.begin(), head.fields.end(), [](const http::Field& each) {
    return equals_ignoring_case(each.name, "Origin");
  });
}

// The one value; empty where there is none, or several.
std::string_view authorization_of(const http::RequestHead& head) noexcept {
  std::string_view value;
  int count = 0;
  for (const http::Field& each : head.fields) {
    if (each.id != http::FieldId::authorization) continue;
    value = each.value;
    ++count;
  }
  return count == 1 ? value : std::string_view();
}

}  // namespace

std::optional<http::Refusal> IngestGate::refusal(const http::RequestHead& head) const noexcept {
  if (is_from_page(head))
    return http::Refusal{403, "origin_not_allowed",
                         "Nothing was stored: events are not taken from pages in a browser."};
  if (!tokens_.is_empty() && !tokens_.accepts(authorization_of(head)))
    return http::Refusal{401, "invalid_token",
                         "Nothing was stored: a bearer token that is valid here is needed."};
  return std::nullopt;
}

}  // namespace llmgw::collector
