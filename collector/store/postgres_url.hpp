// SPDX-License-Identifier: MIT
// PURE: the address of a PostgreSQL store, taken apart once at start.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

namespace llmgw::collector {

/// Whether a connection is encrypted, and what of the server's certificate is checked.
enum class SslMode : std::uint8_t {
  disable,
  require,      ///< encrypted; anybody may be at the other end
  verify_ca,    ///< its certificate is signed as it should be
  verify_full,  ///< and says the host's name
};
std::string_view name(SslMode mode) noexcept;

struct PostgresUrl {
  struct Host {
    std::string name;  ///< an IPv6 address without brackets
    std::uint16_t port = 5432;

    friend bool operator==(const Host&, const Host&) = default;
  };

  std::vector<Host> hosts;  ///< in the order in which they are tried; one at least
  std::string user;
  std::string database;
  std::string schema = "llmgw";  ///< small letters, digits and `_`: needs no quotes
  SslMode ssl_mode = SslMode::verify_full;
  bool is_any_session = false;  ///< readers also take a server that cannot be written to

  friend bool operator==(const PostgresUrl&, const PostgresUrl&) = default;
};

/// What stands behind `postgres:`: `//user@host:5432,other:5433/database?sslmode=verify-full`. The
/// database's name is the user's where it is missing; `sslmode` is verify-full, but disable where
/// every host is this machine's loopback. The error says what is wrong without saying what it was,
/// for that might be a password.
boost::system::result<PostgresUrl, std::string_view> parse_postgres_url(std::string_view place);

/// `host:port`, each behind a comma.
std::string hosts_text(const PostgresUrl& url);

}  // namespace llmgw::collector
