// SPDX-License-Identifier: MIT
// Part by part, each held against what a PostgreSQL of version 13 takes.
#include "collector/store/postgres_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace llmgw::collector {
namespace {

constexpr std::array<std::pair<std::string_view, SslMode>, 4> modes{{
    {"disable", SslMode::disable},
    {"require", SslMode::require},
    {"verify-ca", SslMode::verify_ca},
    {"verify-full", SslMode::verify_full},
}};
constexpr std::size_t longest_name = 63;  // bytes that PostgreSQL keeps of a name
constexpr std::size_t most_hosts = 16;

using Fault = std::string_view;
constexpr Fault no_fault;

// Where a character is; the size of the text where it is not.
std::size_t find(std::string_view text, char wanted) noexcept {
  return static_cast<std::size_t>(std::find(text.begin(), text.end(), wanted) - text.begin());
}
bool has(std::string_view text, char wanted) noexcept { return find(text, wanted) != text.size(); }

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A name with its percent codes undone; nothing for what cannot be one.
std::optional<std::string> name_of(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = digit_of(text[i + 1]);
      const int low = digit_of(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    decoded += c;
  }
  if (decoded.empty() || decoded.size() > longest_name) return std::nullopt;
  return decoded;
}

bool is_host_name(std::string_view name) noexcept {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), is_good);
}

bool is_ip6(std::string_view name) noexcept {
  return has(name, ':') && name.size() <= 45 &&
         name.find_first_not_of("0123456789abcdefABCDEF:.") == name.npos;
}

bool is_loopback(std::string_view host) noexcept {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::optional<PostgresUrl::Host> host_of(std::string_view text) {
  PostgresUrl::Host host;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = find(text, ']');
    if (end == text.size()) return std::nullopt;
    host.name = text.substr(1, end - 1);
    if (!is_ip6(host.name)) return std::nullopt;
    text.remove_prefix(end + 1);
    if (text.empty()) return host;
    if (text.front() != ':') return std::nullopt;
    port = text.substr(1);
  } else {
    const std::size_t colon = find(text, ':');
    host.name = text.substr(0, colon);
    if (!is_host_name(host.name)) return std::nullopt;
    if (colon == text.size()) return host;
    port = text.substr(colon + 1);
  }
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), host.port);
  if (fault != std::errc() || end != port.data() + port.size() || host.port == 0)
    return std::nullopt;
  return host;
}

Fault take_hosts(std::string_view text, PostgresUrl& url) {
  for (;;) {
    const std::size_t comma = find(text, ',');
    const auto host = host_of(text.substr(0, comma));
    if (!host)
      return "has a host that is neither a name nor an address, or whose port is no number";
    url.hosts.push_back(*host);
    if (url.hosts.size() > most_hosts) return "has more than 16 hosts";
    if (comma == text.size()) return no_fault;
    text.remove_prefix(comma + 1);
  }
}

bool is_schema_name(std::string_view name) noexcept {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= longest_name &&
         !(name.front() >= '0' && name.front() <= '9') && !name.starts_with("pg_") &&
         std::all_of(name.begin(), name.end(), is_good);
}

Fault take_parameter(std::string_view name, std::string_view value, PostgresUrl& url) {
  if (name == "sslmode") {
    const auto* const found = std::find_if(
        modes.begin(), modes.end(), [value](const auto& each) { return each.first == value; });
    if (found == modes.end())
      return "has a sslmode other than disable, require, verify-ca, verify-full";
    url.ssl_mode = found->second;
  } else if (name == "schema") {
    if (!is_schema_name(value))
      return "has a schema that is no name of small letters, digits and _";
    url.schema = value;
  } else if (name == "target_session_attrs") {
    if (value != "any" && value != "read-write")
      return "has target_session_attrs other than any, read-write";
    url.is_any_session = value == "any";
  } else {
    return "has a parameter other than sslmode, schema, target_session_attrs";
  }
  return no_fault;
}

Fault take_parameters(std::string_view query, PostgresUrl& url) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, find(query, '&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const std::size_t equals = find(part, '=');
    const std::string_view value = part.substr(std::min(equals + 1, part.size()));
    if (const Fault fault = take_parameter(part.substr(0, equals), value, url); !fault.empty())
      return fault;
  }
  return no_fault;
}

}  // namespace

std::string_view name(SslMode mode) noexcept {
  for (const auto& [text, each] : modes)
    if (each == mode) return text;
  return {};
}

boost::system::result<PostgresUrl, std::string_view> parse_postgres_url(std::string_view place) {
  constexpr Fault form =
      "is not of the form postgres://user@host:5432/database?sslmode=verify-full";
  if (!place.starts_with("//") || has(place, '#')) return form;
  place.remove_prefix(2);
  const std::size_t at = place.rfind('@');
  if (at == place.npos) return Fault("needs a user, as in postgres://user@host/database");
  const std::string_view user = place.substr(0, at);
  if (has(user, ':'))
    return Fault(
        "must have no password, which would be seen by others: STORE_PASSWORD_FILE has it");
  PostgresUrl url;
  const auto user_name = name_of(user);
  if (!user_name) return Fault("has a user that is no name");
  url.user = *user_name;
  place.remove_prefix(at + 1);
  const std::size_t question = find(place, '?');
  const std::string_view path = place.substr(0, question);
  const std::size_t slash = find(path, '/');
  if (const Fault fault = take_hosts(path.substr(0, slash), url); !fault.empty()) return fault;
  const std::string_view database = path.substr(std::min(slash + 1, path.size()));
  const auto database_name = database.empty() ? user_name : name_of(database);
  if (!database_name || has(database, '/')) return Fault("has a database that is no name");
  url.database = *database_name;
  const bool is_local = std::all_of(url.hosts.begin(), url.hosts.end(),
                                    [](const auto& each) { return is_loopback(each.name); });
  if (is_local) url.ssl_mode = SslMode::disable;
  const std::string_view query = place.substr(std::min(question + 1, place.size()));
  if (const Fault fault = take_parameters(query, url); !fault.empty()) return fault;
  return url;
}

std::string hosts_text(const PostgresUrl& url) {
  std::string text;
  for (const PostgresUrl::Host& each : url.hosts) {
    if (!text.empty()) text += ',';
    text += !has(each.name, ':') ? each.name : "[" + each.name + "]";
    text += ":" + std::to_string(each.port);
  }
  return text;
}

}  // namespace llmgw::collector
