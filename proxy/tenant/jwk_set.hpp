// SPDX-License-Identifier: MIT
// PURE: JwkSet: the public keys of whoever issues tokens (RFC 7517).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/system/public_key.hpp"

namespace llmgw::proxy {

/// Immutable once read, and good for any number of threads.
class JwkSet {
 public:
  /// Of the text, and of how many keys are taken of it.
  static constexpr std::size_t most_bytes = 1 << 20;
  static constexpr std::size_t most_keys = 100;

  /// Reads a set. Keys of a kind that is not known, for another use or without what their kind
  /// needs are left out, as the RFC says (section 5). Nothing where the text is no set at all, or
  /// has no key that can be used.
  static std::optional<JwkSet> parse(std::string_view json);

  /// The key that a token names by `kid`; a token that names none fits where there is one key alone
  /// that can have signed it. Null: there is none.
  const PublicKey* find(std::string_view kid, Signing signing) const noexcept;

  std::size_t size() const noexcept { return keys_.size(); }

 private:
  struct Named {
    std::string kid;
    std::optional<Signing> only;  // what its `alg` says
    PublicKey key;
  };
  std::vector<Named> keys_;
};

/// By its name in `alg`; nothing for all but those of Signing, `none` and the symmetric ones among
/// them.
std::optional<Signing> signing_of(std::string_view alg) noexcept;

}  // namespace llmgw::proxy
