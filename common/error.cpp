// SPDX-License-Identifier: MIT
// The error category and its messages.
#include "common/error.hpp"

#include <string>

namespace llmgw {

std::string_view describe(errc code) noexcept {
  switch (code) {
    case errc::ok: return "no error";
    case errc::malformed_message: return "malformed HTTP message";
    case errc::unsupported_version: return "unsupported HTTP version";
    case errc::unsupported_coding: return "unsupported transfer coding";
    case errc::unsupported_method: return "unsupported method";
    case errc::head_too_large: return "message head too large";
    case errc::target_too_long: return "request target too long";
    case errc::body_too_large: return "message body too large";
    case errc::connection_closed: return "connection closed by peer";
    case errc::connection_reset: return "connection reset";
    case errc::timed_out: return "timed out";
    case errc::not_resolved: return "host name not resolved";
    case errc::refused: return "connection refused";
    case errc::tls_failed: return "TLS handshake failed";
    case errc::address_in_use: return "address already in use";
    case errc::address_unavailable: return "address cannot be bound";
    case errc::invalid_setting: return "invalid setting";
    case errc::cancelled: return "cancelled";
    case errc::overloaded: return "overloaded";
    case errc::io_failed: return "input/output failed";
  }
  return "unknown error";
}

namespace {

// Boost's base class keeps its destructor non-virtual on purpose: categories are never deleted.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "llmgw"; }
  std::string message(int value) const override {
    return std::string(describe(static_cast<errc>(value)));
  }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

errc errc_of(const boost::system::error_code& code) noexcept {
  namespace system = boost::system::errc;
  if (!code) return errc::ok;
  if (code.category() == error_category()) return static_cast<errc>(code.value());
  const boost::system::error_condition said = code.default_error_condition();
  if (said.category() != boost::system::generic_category()) return errc::io_failed;
  switch (said.value()) {
    case system::timed_out: return errc::timed_out;
    case system::operation_canceled: return errc::cancelled;
    case system::connection_reset:
    case system::connection_aborted:
    case system::broken_pipe: return errc::connection_reset;
    case system::connection_refused:
    case system::host_unreachable:
    case system::network_unreachable: return errc::refused;
    case system::address_in_use: return errc::address_in_use;
    case system::address_not_available:
    case system::address_family_not_supported: return errc::address_unavailable;
    case system::too_many_files_open:
    case system::too_many_files_open_in_system:
    case system::no_buffer_space:
    case system::not_enough_memory: return errc::overloaded;
    default: return errc::io_failed;
  }
}

}  // namespace llmgw
