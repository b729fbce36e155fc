// SPDX-License-Identifier: MIT
// PURE: where a daemon listens, and how that is spelt in a setting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmgw {

/// A numeric address, or a word for several, and a TCP port.
struct ListenAddress {
  std::string host;        ///< IP literal without brackets; empty: every address, IPv6 dual stack;
                           ///< `localhost`: both loopback addresses
  std::uint16_t port = 0;  ///< 0: the system picks a free one

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// The one host name that is accepted: what it means is known without asking (RFC 6761 section
/// 6.3).
inline constexpr std::string_view both_loopbacks = "localhost";

/// Reads `:8080`, `8080`, `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`; other host names are
/// refused, so that start-up never depends on a resolver.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

/// The spelling that parse_listen_address reads back.
std::string to_string(const ListenAddress& address);

/// Whether binding both would clash: the same port, and the same host or one of them every address.
bool overlap(const ListenAddress& a, const ListenAddress& b) noexcept;

}  // namespace llmgw
