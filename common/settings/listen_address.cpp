// SPDX-License-Identifier: MIT
// Reading and spelling listen addresses.
#include "common/settings/listen_address.hpp"

#include <arpa/inet.h>

#include <array>

#include "common/text/quantity.hpp"

namespace llmgw {
namespace {

bool is_ip(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes;
  return inet_pton(family, host.c_str(), bytes.data()) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_integer(text);
  if (!port || *port > 65'535 || text.size() > 5) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

}  // namespace

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto port = parse_port(colon == text.npos ? text : text.substr(colon + 1));
  if (!port) return std::nullopt;
  if (colon == text.npos || colon == 0) return ListenAddress{.host = {}, .port = *port};

  std::string host(text.substr(0, colon));
  // A zero byte would end the host early for inet_pton.
  if (host.find('\0') != host.npos) return std::nullopt;
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_ip(AF_INET6, host)) return std::nullopt;
  } else if (host != both_loopbacks && !is_ip(AF_INET, host)) {
    return std::nullopt;
  }
  return ListenAddress{.host = std::move(host), .port = *port};
}

std::string to_string(const ListenAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

bool overlap(const ListenAddress& a, const ListenAddress& b) noexcept {
  const auto is_any = [](const std::string& host) {
    return host.empty() || host == "::" || host == "0.0.0.0";
  };
  const auto is_in = [](const std::string& host, const std::string& other) {
    return other == both_loopbacks && (host == "127.0.0.1" || host == "::1");
  };
  if (a.port == 0 || a.port != b.port) return false;
  return a.host == b.host || is_any(a.host) || is_any(b.host) || is_in(a.host, b.host) ||
         is_in(b.host, a.host);
}

}  // namespace llmgw
