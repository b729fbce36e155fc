// SPDX-License-Identifier: MIT
// Origin and Authorization.
#include "collector/ingest_gate.hpp"

namespace llmgw::collector {
namespace {

// Every browser adds one to a request that a page makes and that is not a plain look (Fetch
// standard, "append a request Origin header"), and nothing else that sends events does.
bool is_from_page(const http::EndpointHead& head) noexcept { return head.count("Origin") > 0; }

// The one value; empty where there is none, or several.
std::string_view authorization_of(const http::EndpointHead& head) noexcept {
  constexpr std::string_view name = "Authorization";
  return head.count(name) == 1 ? head.value(name) : std::string_view();
}

}  // namespace

std::optional<http::Refusal> IngestGate::refusal(const http::EndpointHead& head) const noexcept {
  if (is_from_page(head))
    return http::Refusal{403, "origin_not_allowed",
                         "Nothing was stored: events are not taken from pages in a browser."};
  if (!tokens_.is_empty() && !tokens_.accepts(authorization_of(head)))
    return http::Refusal{401, "invalid_token",
                         "Nothing was stored: a bearer token that is valid here is needed."};
  return std::nullopt;
}

}  // namespace llmgw::collector
