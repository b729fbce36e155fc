// SPDX-License-Identifier: MIT
// PURE: BearerTokens: what a server takes for `Authorization: Bearer ...` (RFC 6750 section 2.1),
// and what its clients send.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"
#include "common/secret.hpp"

namespace llmgw {

/// One token, or two while it is changed, or none.
class BearerTokens {
 public:
  BearerTokens() = default;

  /// From the content of a file: each token is a line of 1 to 4,096 bytes of visible ASCII without
  /// spaces; empty lines and line ends of any kind do not matter. errc::invalid_setting for
  /// anything else, and where there is no token or more than two.
  static Result<BearerTokens> parse(std::string content);

  bool is_empty() const noexcept { return tokens_.empty(); }

  /// What a client sends as Authorization: the first token's; empty where there is none.
  Secret authorization() const;

  /// Whether this value of Authorization has one of the tokens. The time it takes depends on the
  /// value alone, not on how much of it is right.
  bool accepts(std::string_view authorization) const noexcept;

  friend bool operator==(const BearerTokens&, const BearerTokens&) = default;

 private:
  std::vector<Secret> tokens_;
};

}  // namespace llmgw
