// SPDX-License-Identifier: MIT
// PURE: who calls, by a token that somebody else has signed (RFC 7519), such as the projected
// tokens of Kubernetes' service accounts.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "proxy/config/jwt.hpp"
#include "proxy/tenant/jwk_set.hpp"

namespace llmgw::proxy {

/// Why a token is not accepted.
enum class JwtFault : std::uint8_t {
  malformed,      ///< no token in the compact form, or too long
  algorithm,      ///< one that is not of Signing
  unknown_key,    ///< signed with a key that the set does not have; it may come
  signature,      ///< not that key's
  issuer,         ///< another one
  audience,       ///< for somebody else
  expired,        ///< or without an end
  not_yet_valid,  ///< by `nbf`
  no_tenant,      ///< the claim is missing, or no name of a tenant
};

std::string_view word(JwtFault fault) noexcept;

struct JwtIdentity {
  std::string tenant;
  std::string subject;               ///< `sub`; empty where there is none, or one that is no name
  std::chrono::sys_seconds expires;  ///< from then on it is to be refused
};

/// Clocks of others may be off by as much.
inline constexpr std::chrono::seconds jwt_leeway{30};
inline constexpr std::size_t longest_jwt = 8192;

/// Whether a credential has the outer form of a token: three parts with dots between, the first of
/// which begins as JSON objects do. Keys of ours and of providers never have it.
bool looks_like_jwt(std::string_view credential) noexcept;

/// Checks the signature before anything is believed, then what the token says.
std::variant<JwtIdentity, JwtFault> check_jwt(std::string_view token, const JwkSet& keys,
                                              const JwtTerms& terms, std::chrono::sys_seconds now);

}  // namespace llmgw::proxy
