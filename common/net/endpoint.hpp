// SPDX-License-Identifier: MIT
// Endpoint: an IP address and port, as the socket calls take it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

namespace llmgw {

/// One address of a peer or of our own.
struct Endpoint {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  socklen_t size = 0;

  Endpoint() noexcept : v6{} {}
  bool is_v6() const noexcept { return any.sa_family == AF_INET6; }
  friend bool operator==(const Endpoint& a, const Endpoint& b) noexcept {
    return a.size == b.size && std::memcmp(&a.any, &b.any, a.size) == 0;
  }
};

/// `127.0.0.1:8080` or `[::1]:8080`, for logs.
std::string to_string(const Endpoint& endpoint);

}  // namespace llmgw
