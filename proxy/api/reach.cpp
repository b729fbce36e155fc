// SPDX-License-Identifier: MIT
// Methods, paths, hosts and origins.
#include "proxy/api/reach.hpp"

#include <algorithm>
#include <array>

#include "common/text/case_blind.hpp"

namespace llmgw::proxy {
namespace {

using http::FieldId;

constexpr std::array<std::string_view, 7> methods{"POST", "GET",   "HEAD",  "OPTIONS",
                                                  "PUT",  "PATCH", "DELETE"};

// Of `host[:port]`, an IPv6 address with its brackets; empty where it is not of that form.
std::string_view host_of(std::string_view authority) noexcept {
  const std::size_t from = authority.starts_with('[') ? authority.find(']') : 0;
  const std::size_t colon = from == authority.npos ? from : authority.find(':', from);
  if (colon == authority.npos) return authority;
  const std::string_view port = authority.substr(colon + 1);
  const bool is_port =
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return is_port ? authority.substr(0, colon) : std::string_view();
}

// Ports do not matter: they make no other site (HTML, "same site").
bool is_of_host(std::string_view origin, std::string_view authority) noexcept {
  constexpr std::string_view mark = "://";
  const std::size_t scheme_end = origin.find(mark);
  if (scheme_end == origin.npos) return false;
  const std::string_view host = host_of(origin.substr(scheme_end + mark.size()));
  return !host.empty() && equals_ignoring_case(host, host_of(authority));
}

}  // namespace

bool is_forwarded_method(std::string_view method) noexcept {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

bool is_below_any(std::string_view path, std::span<const std::string> prefixes) noexcept {
  return std::any_of(prefixes.begin(), prefixes.end(), [path](std::string_view prefix) {
    return path.starts_with(prefix) &&
           (path.size() == prefix.size() || prefix.ends_with('/') || path[prefix.size()] == '/');
  });
}

bool is_cross_site(const http::RequestHead& head) noexcept {
  bool is_told_same = false;
  bool has_other_origin = false;
  for (const http::Field& each : head.fields) {
    if (each.id == FieldId::origin) {
      has_other_origin |= !is_of_host(each.value, head.authority);
    } else if (each.id == FieldId::sec_fetch_site) {
      if (equals_ignoring_case(each.value, "cross-site")) return true;
      is_told_same |= equals_ignoring_case(each.value, "same-origin") ||
                      equals_ignoring_case(each.value, "same-site") ||
                      equals_ignoring_case(each.value, "none");
    }
  }
  return has_other_origin && !is_told_same;
}

bool is_origin_allowed(const http::Head& head, std::span<const std::string> origins) noexcept {
  if (std::find(origins.begin(), origins.end(), "*") != origins.end()) return true;
  bool has_origin = false;
  for (const http::Field& each : head.fields) {
    if (each.id != FieldId::origin) continue;
    has_origin = true;
    const bool is_named = std::any_of(
        origins.begin(), origins.end(),
        [&each](std::string_view origin) { return equals_ignoring_case(origin, each.value); });
    if (!is_named) return false;
  }
  return has_origin;
}

bool is_host_allowed(std::string_view authority, std::span<const std::string> hosts) noexcept {
  const std::string_view host = host_of(authority);
  return std::any_of(hosts.begin(), hosts.end(), [&](std::string_view allowed) {
    return equals_ignoring_case(allowed, authority) || equals_ignoring_case(allowed, host);
  });
}

}  // namespace llmgw::proxy
