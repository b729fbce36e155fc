// SPDX-License-Identifier: MIT
// The table from errno to errc.
#include "common/net/socket_error.hpp"

#include <cerrno>

namespace llmgw {

errc translate_errno(int number) noexcept {
  switch (number) {
    case ETIMEDOUT: return errc::timed_out;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return errc::overloaded;
    case EADDRINUSE: return errc::address_in_use;
    case EADDRNOTAVAIL:
    case EACCES:
    case EAFNOSUPPORT: return errc::address_unavailable;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH: return errc::refused;
    default: return errc::connection_reset;
  }
}

}  // namespace llmgw
