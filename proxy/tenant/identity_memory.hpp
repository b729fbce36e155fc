// SPDX-License-Identifier: MIT
// PURE: IdentityMemory: who the tokens of late belong to, for a signature takes as long as all else
// that is done for a request.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "proxy/config/keys.hpp"
#include "proxy/tenant/jwt.hpp"
#include "proxy/tenant/token_issuer.hpp"

namespace llmgw::proxy {

/// A caller by a token, as one by a key: named by the token's subject, good until the token ends.
using Identity = std::shared_ptr<const KeySettings>;

/// Holds some hundred tokens, each in the one place that its hash allows; whoever comes there takes
/// it. Belongs to its worker's thread.
class IdentityMemory {
 public:
  using Found = std::variant<Identity, JwtFault>;

  /// What becomes of the token. `issuer.keys` is not null. The reference is good until the next
  /// call.
  const Found& find(std::string_view token, const TokenIssuer& issuer,
                    std::chrono::sys_seconds now);

 private:
  struct Place {
    std::string token;
    std::uint64_t generation = 0;  // of the issuer that was asked; 0: none
    Found found = JwtFault::malformed;
  };
  static constexpr std::size_t place_count = 256;

  std::unique_ptr<std::array<Place, place_count>> places_;  // made with the first token
  Found unkept_ = JwtFault::malformed;
};

}  // namespace llmgw::proxy
