// SPDX-License-Identifier: MIT
// Hosts are read as those of http(s) URLs are; the rest is told apart here.
#include "collector/store/clickhouse_url.hpp"

#include <algorithm>

namespace llmgw::collector {
namespace {

constexpr std::size_t longest_name = 64;
constexpr std::size_t most_hosts = 16;

bool is_name(std::string_view text) noexcept {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(), is_good);
}

// What a user's name is made of: whatever ClickHouse takes and a head can carry.
bool is_user(std::string_view text) noexcept {
  const auto is_good = [](char c) { return c > ' ' && c < '\x7f' && c != '%' && c != ','; };
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(), is_good);
}

bool has_port(std::string_view host) noexcept {
  const std::size_t bracket = host.rfind(']');
  return host.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
}

std::string_view take_until(std::string_view& text, std::string_view ends) noexcept {
  const std::size_t end = std::min(text.find_first_of(ends), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

std::string take_hosts(std::string_view list, bool tls, ClickHouseUrl& url) {
  while (true) {
    std::string host(take_until(list, ","));
    if (host.empty()) return "the host is missing";
    if (!has_port(host)) host += tls ? ":8443" : ":8123";
    auto parsed = parse_http_url((tls ? "https://" : "http://") + host);
    if (!parsed) return parsed.error();
    url.hosts.push_back(std::move(*parsed));
    if (url.hosts.size() > most_hosts) return "it names more than 16 hosts";
    if (list.empty()) return {};
    list.remove_prefix(1);
  }
}

std::string take_user(std::string_view user, ClickHouseUrl& url) {
  if (user.find(':') != std::string_view::npos)
    return "a password is not accepted in the URL, STORE_PASSWORD_FILE names the file that has it";
  if (!is_user(user)) return "the user's name is not 1 to 64 visible ASCII characters";
  url.user = user;
  return {};
}

std::string take_options(std::string_view options, ClickHouseUrl& url) {
  constexpr std::string_view cluster = "?cluster=";
  if (options.empty()) return {};
  if (!options.starts_with(cluster)) return "nothing but cluster=NAME is accepted behind the ?";
  options.remove_prefix(cluster.size());
  if (!is_name(options)) return "the cluster's name is not of letters, digits, _ and -";
  url.cluster = options;
  return {};
}

}  // namespace

boost::system::result<ClickHouseUrl, std::string> parse_clickhouse_url(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const bool tls = text.substr(0, colon) == clickhouses_scheme;
  if (!tls && text.substr(0, colon) != clickhouse_scheme)
    return std::string("the scheme is not clickhouse or clickhouses");
  text.remove_prefix(colon);
  if (!text.starts_with("://")) return std::string("it is not of the form clickhouses://host/db");
  text.remove_prefix(3);

  ClickHouseUrl url;
  std::string_view authority = take_until(text, "/?#");
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (auto fault = take_user(authority.substr(0, at), url); !fault.empty()) return fault;
    authority.remove_prefix(at + 1);
  }
  if (auto fault = take_hosts(authority, tls, url); !fault.empty()) return fault;
  const std::string_view path = take_until(text, "?#");
  if (path.size() > 1) {
    if (!is_name(path.substr(1)))
      return std::string("the database's name is not of letters, digits, _ and -");
    url.database = path.substr(1);
  }
  if (auto fault = take_options(text, url); !fault.empty()) return fault;
  return url;
}

}  // namespace llmgw::collector
