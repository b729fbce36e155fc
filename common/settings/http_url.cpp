// SPDX-License-Identifier: MIT
// Reading URLs: Boost.URL takes them apart, what the gateway cannot honour is refused here.
#include "common/settings/http_url.hpp"

#include <algorithm>
#include <optional>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "common/text/quantity.hpp"

namespace llmgw {
namespace {

namespace urls = boost::urls;

// Why an URL cannot be used; nothing if it can.
std::optional<std::string> refusal(const urls::url_view& url) {
  if (url.scheme_id() != urls::scheme::http && url.scheme_id() != urls::scheme::https) {
    return "the scheme is not http or https";
  }
  if (!url.has_authority() || url.encoded_host().empty()) return "the host is missing";
  if (url.has_userinfo()) return "user and password are not accepted in an URL";
  // Boost.URL 1.81 ends the authority where a port stops being a number.
  if (!url.encoded_path().empty() && url.encoded_path().front() != '/') {
    return "the port is not a number";
  }
  if (url.has_query()) return "a query is not accepted";
  if (url.has_fragment()) return "a fragment is not accepted";
  return std::nullopt;
}

// The host in lower case, an IPv6 address without brackets; nothing if no name or address.
std::optional<std::string> host_of(const urls::url_view& url) {
  if (url.host_type() == urls::host_type::ipvfuture) return std::nullopt;
  if (url.host_type() == urls::host_type::ipv6) return std::string(url.host_address());
  std::string host(url.encoded_host());
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool is_name = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                         c == '_';  // compose service names may hold underscores
    if (!is_name) return std::nullopt;
  }
  if (host.size() > 253) return std::nullopt;
  return host;
}

std::optional<std::uint16_t> port_of(const urls::url_view& url, std::uint16_t standard) {
  const std::string_view text(url.port().data(), url.port().size());
  if (text.empty()) return standard;
  const auto port = parse_integer(text);
  if (!port || *port == 0 || *port > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

std::string without_trailing_slashes(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

boost::system::result<HttpUrl, std::string> parse_http_url(std::string_view text) {
  const auto parsed = urls::parse_uri({text.data(), text.size()});
  if (!parsed) return std::string("it is not of the form https://host:port/path");
  if (auto reason = refusal(*parsed)) return std::move(*reason);

  HttpUrl url;
  url.tls = parsed->scheme_id() == urls::scheme::https;
  const std::uint16_t standard_port = url.tls ? 443 : 80;
  const auto host = host_of(*parsed);
  if (!host) return std::string("the host is neither a name nor an address");
  const auto port = port_of(*parsed, standard_port);
  if (!port) return std::string("the port is not a number from 1 to 65535");

  url.host = *host;
  url.port = *port;
  url.path = without_trailing_slashes(std::string(parsed->encoded_path()));
  url.authority = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  if (url.port != standard_port) url.authority += ":" + std::to_string(url.port);
  return url;
}

std::string to_string(const HttpUrl& url) {
  return (url.tls ? "https://" : "http://") + url.authority + url.path;
}

std::string redact_url(std::string_view text) {
  const auto end = std::min(text.find_first_of("?#"), text.size());
  std::string shown(text.substr(0, end));
  if (end < text.size()) shown += std::string(1, text[end]) + "***";

  // A password may itself hold `@`, `?` and `#`: everything up to the last `@` goes.
  const auto at = text.rfind('@');
  if (at == text.npos) return shown;
  const auto scheme = text.find("://");
  const std::string prefix(scheme < at ? text.substr(0, scheme + 3) : std::string_view());
  return prefix + "***" + (at < end ? shown.substr(at) : std::string("@***"));
}

}  // namespace llmgw
