// SPDX-License-Identifier: MIT
// PURE: what a token of another issuer has to say, and where that issuer's keys are.
#pragma once

#include <optional>
#include <string>

#include "common/settings/http_url.hpp"

namespace llmgw::proxy {

struct JwtTerms {
  std::string issuer;
  std::string audience;
  /// The claim that names the tenant: a member's name, or a JSON pointer (RFC 6901), which begins
  /// with a slash.
  std::string tenant_claim;

  friend bool operator==(const JwtTerms&, const JwtTerms&) = default;
};

/// Without an issuer tokens are keys like others.
struct JwtSettings {
  JwtTerms terms;
  std::string keys_file;  ///< of the two exactly one is set
  std::optional<HttpUrl> keys_url;
  std::string ca_file;     ///< empty: the system's certificates
  std::string token_file;  ///< with what is sent to that address; empty: nothing is

  bool is_set() const noexcept { return !terms.issuer.empty(); }
};

}  // namespace llmgw::proxy
