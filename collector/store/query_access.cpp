// SPDX-License-Identifier: MIT
// Lines to tokens, and the comparison by digest.
#include "collector/store/query_access.hpp"

#include <algorithm>

#include "common/system/sha256.hpp"
#include "common/text/case_blind.hpp"

namespace llmgw::collector {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::string_view scheme = "Bearer ";
constexpr std::string_view digest_mark = "sha256:";
constexpr std::size_t digest_size = 64;

std::string_view take_field(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const std::string_view field = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(field.size());
  return field;
}

// Every digit is looked at, whatever those before were.
bool is_equal(std::string_view given, std::string_view expected) noexcept {
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < digest_size; ++i) {
    const int bits = given[i] ^ expected[i];
    difference = static_cast<unsigned char>(difference | static_cast<unsigned char>(bits));
  }
  return difference == 0;
}

}  // namespace

std::optional<QueryScope> parse_scope(std::string_view text) {
  constexpr std::string_view tenant_mark = "tenant=";
  if (text == "admin") return QueryScope{};
  if (!text.starts_with(tenant_mark)) return std::nullopt;
  text.remove_prefix(tenant_mark.size());
  std::vector<std::string> tenants;
  for (bool is_more = true; is_more;) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (end == 0) return std::nullopt;
    tenants.emplace_back(text.substr(0, end));
    is_more = end < text.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return QueryScope{std::move(tenants)};
}

Result<QueryAccess> QueryAccess::parse(std::string_view content) {
  QueryAccess made;
  while (!content.empty()) {
    std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(line.size() + 1, content.size()));
    const std::string_view name = take_field(line);
    if (name.empty() || name.starts_with('#')) continue;
    std::string_view digest = take_field(line);
    const auto scope = parse_scope(take_field(line));
    const bool has_more = !take_field(line).empty();
    if (!digest.starts_with(digest_mark) || !scope || has_more) return errc::invalid_setting;
    digest.remove_prefix(digest_mark.size());
    if (digest.size() != digest_size || digest.find_first_not_of("0123456789abcdef") != digest.npos)
      return errc::invalid_setting;
    for (const Token& each : made.tokens_)
      if (each.name == name) return errc::invalid_setting;
    made.tokens_.push_back({std::string(name), std::string(digest), *scope});
  }
  if (made.is_empty()) return errc::invalid_setting;
  return made;
}

const QueryScope* QueryAccess::scope_of(std::string_view authorization) const {
  return scope_of_digest(token_digest(authorization));
}

const QueryScope* QueryAccess::scope_of_digest(std::string_view digest) const {
  if (digest.size() != digest_size) return nullptr;
  const QueryScope* found = nullptr;
  for (const Token& each : tokens_)
    if (is_equal(digest, each.digest)) found = &each.scope;
  return found;
}

std::string token_digest(std::string_view authorization) {
  if (!starts_ignoring_case(authorization, scheme)) return {};
  authorization.remove_prefix(scheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return authorization.empty() ? std::string() : sha256_hex(authorization);
}

bool is_loopback_host(std::string_view host) noexcept {
  std::string_view name = host;
  const std::size_t colon = host.rfind(':');
  const bool is_bracketed = host.starts_with('[');
  if (colon != host.npos && (!is_bracketed || host.substr(0, colon).ends_with(']'))) {
    if (host.find_first_not_of("0123456789", colon + 1) != host.npos) return false;
    name = host.substr(0, colon);
  }
  return name == "127.0.0.1" || name == "[::1]" || equals_ignoring_case(name, "localhost");
}

}  // namespace llmgw::collector
