// SPDX-License-Identifier: MIT
// Lists by commas, and what their items have to be.
#include "proxy/config/reach.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "common/text/case_blind.hpp"
#include "common/text/quantity.hpp"

namespace llmgw::proxy {
namespace {

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyz0123456789";

bool is_made_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [more](char c) {
    return letters_and_digits.find(c) != letters_and_digits.npos || more.find(c) != more.npos;
  });
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), lower_case);
  return lower;
}

bool is_port(std::string_view text) {
  const auto port = text.size() <= 5 ? parse_integer(text) : std::nullopt;
  return port && *port > 0 && *port <= 65'535;
}

// `name`, `10.0.0.5` or `[::1]`, with or without a port.
bool is_host(std::string_view text) {
  const bool is_v6 = text.starts_with('[');
  const std::size_t end = is_v6 ? text.find(']') : text.find(':');
  if (is_v6 && end == text.npos) return false;
  const std::string_view host = is_v6 ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest = end == text.npos ? std::string_view() : text.substr(end + is_v6);
  if (host.empty() || !is_made_of(host, is_v6 ? ":." : ".-_")) return false;
  return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

// The item as it is compared with what requests say; nothing if it is none.
using Read = std::optional<std::string> (*)(std::string_view item);

// What could be matched by no path that is forwarded is a mistake: patterns, queries, codings,
// dots.
std::optional<std::string> read_endpoint(std::string_view item) {
  const bool has_dots = item.find("/.") != item.npos;
  if (!item.starts_with("/v1/") || has_dots || !is_made_of(in_lower_case(item), "/-._~:@"))
    return std::nullopt;
  return std::string(item);
}

// As browsers write it (RFC 6454 section 6.2): without a path, and without the scheme's own port.
std::optional<std::string> read_origin(std::string_view item) {
  std::string origin = in_lower_case(item);
  if (origin == "*") return origin;
  const std::size_t mark = origin.find("://");
  if (mark == origin.npos || mark == 0) return std::nullopt;
  const std::string_view scheme = std::string_view(origin).substr(0, mark);
  if (!is_made_of(scheme, "+-.") || !is_host(std::string_view(origin).substr(mark + 3)))
    return std::nullopt;
  for (const auto& [name, port] : {std::pair("http", ":80"), std::pair("https", ":443")})
    if (scheme == name && origin.ends_with(port)) return origin.substr(0, origin.rfind(':'));
  return origin;
}

std::optional<std::string> read_host(std::string_view item) {
  if (std::string host = in_lower_case(item); is_host(host)) return host;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> read_list(Settings& settings, std::string_view name, Read read,
                                   std::string_view accepted) {
  std::vector<std::string> list;
  const auto text = settings.text(name);
  if (!text) return list;
  for (std::string_view rest = *text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = trimmed(rest.substr(0, comma));
    if (auto value = read(item)) {
      list.push_back(std::move(*value));
    } else {
      settings.fault(name, *text, "`" + std::string(item) + "` is not " + std::string(accepted));
      return {};
    }
    if (comma == rest.npos) return list;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace

std::vector<std::string> read_endpoints(Settings& settings, std::string_view name) {
  return read_list(
      settings, name, read_endpoint,
      "the beginning of a path such as /v1/ or /v1/chat/completions; no pattern, query "
      "or percent-coding");
}

std::vector<std::string> read_origins(Settings& settings, std::string_view name) {
  return read_list(settings, name, read_origin,
                   "an origin such as https://app.example.com or http://localhost:3000, without a "
                   "path, nor *");
}

std::vector<std::string> read_hosts(Settings& settings, std::string_view name) {
  return read_list(settings, name, read_host,
                   "a host such as gateway.example.com, 10.0.0.5:8080 or [::1]");
}

std::string joined(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& each : list) text.append(text.empty() ? "" : ",").append(each);
  return text;
}

}  // namespace llmgw::proxy
