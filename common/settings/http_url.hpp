// SPDX-License-Identifier: MIT
// PURE: the http or https address of a server, taken apart once at start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace llmgw {

/// An absolute http(s) URL without userinfo, query and fragment.
struct HttpUrl {
  bool tls = false;
  std::string host;        ///< lower case; an IPv6 address without brackets
  std::uint16_t port = 0;  ///< never 0
  std::string path;        ///< as written, percent-encoding kept; empty or `/...`, no trailing `/`
  std::string authority;  ///< for Host: host[:port unless it is the scheme's own], IPv6 in brackets

  friend bool operator==(const HttpUrl&, const HttpUrl&) = default;
};

/// Reads an URL; the error is a phrase that says what is wrong with it.
boost::system::result<HttpUrl, std::string> parse_http_url(std::string_view text);

/// The spelling that parse_http_url reads back.
std::string to_string(const HttpUrl& url);

/// An URL as a message may show it: userinfo and whatever follows `?` or `#` become `***`.
std::string redact_url(std::string_view text);

}  // namespace llmgw
