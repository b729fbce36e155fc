// SPDX-License-Identifier: MIT
// The project's error codes and Result<T>: what can go wrong, named by the side it happened on.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <string_view>

namespace llmgw {

/// Every error the gateway tells apart. Raw OpenSSL and errno codes are translated into one of
/// these where they enter (common/net, common/http, proxy/upstream) and travel upward unchanged
/// from there.
enum class errc {
  ok = 0,

  // Bytes of a peer, either direction (RFC 9112).
  malformed_message,    ///< start line, field or framing that the grammar forbids
  unsupported_version,  ///< an HTTP major version other than 1
  unsupported_coding,   ///< a transfer coding other than chunked
  unsupported_method,   ///< CONNECT: nothing here is a tunnel
  head_too_large,       ///< head over 64 KiB or more than 256 fields
  target_too_long,      ///< request target over 16 KiB
  body_too_large,       ///< body over the configured limit

  // Connections. Which side is meant follows from who made the call.
  connection_closed,    ///< the peer closed in good order
  connection_reset,     ///< the peer vanished, or the connection was cut by us
  timed_out,            ///< a deadline of ours passed
  not_resolved,         ///< the host name has no address
  refused,              ///< no address of the peer accepted a connection
  tls_failed,           ///< handshake or certificate verification failed
  address_in_use,       ///< a listener's address is taken
  address_unavailable,  ///< a listener's address cannot be bound here

  // Settings.
  invalid_setting,  ///< a variable or file whose content is not acceptable

  // Process.
  cancelled,   ///< the operation was ended on purpose; an end, not a fault
  overloaded,  ///< a limit of ours is reached (connections, descriptors)
  io_failed,   ///< a file or descriptor operation failed
};

/// A short English phrase without payload data.
std::string_view describe(errc code) noexcept;

/// The category `llmgw`; messages are those of describe().
const boost::system::error_category& error_category() noexcept;

/// Lets an errc be used wherever an error_code is expected.
inline boost::system::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), error_category()};
}

/// What an error_code means in our terms: the errc it was made of, or for one of the system the
/// errc that says the same. errc::ok where it is none; errc::io_failed where nothing says the same.
errc errc_of(const boost::system::error_code& code) noexcept;

/// A value or the error that prevented it. Holds a boost error_code; compare with errc enumerators.
template <class T>
using Result = boost::system::result<T>;

}  // namespace llmgw

template <>
struct boost::system::is_error_code_enum<llmgw::errc> : std::true_type {};
