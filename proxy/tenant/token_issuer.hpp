// SPDX-License-Identifier: MIT
// PURE: TokenIssuer: what is known of whoever signs the tokens of callers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "proxy/config/jwt.hpp"
#include "proxy/tenant/jwk_set.hpp"

namespace llmgw::proxy {

/// Never changes: other keys make another one.
struct TokenIssuer {
  JwtTerms terms;
  std::shared_ptr<const JwkSet> keys;  ///< null: not known yet
  std::uint64_t generation = 1;        ///< no two of a process have the same one
  /// A token names a key that is not among these. May be called on any thread, and often.
  std::function<void()> miss_key;
};

}  // namespace llmgw::proxy
