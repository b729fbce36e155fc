// SPDX-License-Identifier: MIT
// Who may write, told by a request's head alone, before any of its body is read.
#pragma once

#include <optional>

#include "common/http/router.hpp"
#include "common/settings/bearer_tokens.hpp"

namespace llmgw::collector {

/// Stands before every path that writes.
class IngestGate {
 public:
  /// None: whoever reaches the collector may write.
  void set_tokens(BearerTokens tokens) noexcept { tokens_ = std::move(tokens); }

  /// The answer to a request that may not write, 401 or 403; nothing for one that may.
  std::optional<http::Refusal> refusal(const http::EndpointHead& head) const noexcept;

 private:
  BearerTokens tokens_;
};

}  // namespace llmgw::collector
