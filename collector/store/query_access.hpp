// SPDX-License-Identifier: MIT
// PURE: QueryAccess: who may ask, and whose events they may see.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

namespace llmgw::collector {

/// What a token allows.
struct QueryScope {
  /// Whose events may be seen; nothing: everybody's.
  std::optional<std::vector<std::string>> tenants;

  friend bool operator==(const QueryScope&, const QueryScope&) = default;
};

/// `admin`, or `tenant=` and names separated by commas. Nothing for anything else.
std::optional<QueryScope> parse_scope(std::string_view text);

/// The tokens that a server takes; of each it has the digest alone.
class QueryAccess {
 public:
  QueryAccess() = default;

  /// From the content of a file: `name sha256:<64 hex digits> scope` a line, separated by blanks;
  /// empty lines and those that begin with # do not matter. errc::invalid_setting for anything
  /// else, for a name that is there twice and where there is no token.
  static Result<QueryAccess> parse(std::string_view content);

  bool is_empty() const noexcept { return tokens_.empty(); }

  /// What the value of Authorization allows; nullptr where it has no token that is known. Every
  /// token is compared, each in the same time.
  const QueryScope* scope_of(std::string_view authorization) const;
  /// What the token with this digest, in hexadecimal digits, allows.
  const QueryScope* scope_of_digest(std::string_view digest) const;

  friend bool operator==(const QueryAccess&, const QueryAccess&) = default;

 private:
  struct Token {
    std::string name;
    std::string digest;
    QueryScope scope;

    friend bool operator==(const Token&, const Token&) = default;
  };
  std::vector<Token> tokens_;
};

/// The digest of the token in a value of Authorization; empty where it has none.
std::string token_digest(std::string_view authorization);

/// Whether a value of Host is this machine's, with any port: what a browser sends that was led here
/// by a foreign name is not.
bool is_loopback_host(std::string_view host) noexcept;

}  // namespace llmgw::collector
