// SPDX-License-Identifier: MIT
// PURE: whether a request brings the credential that its provider wants.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/http/endpoint_head.hpp"
#include "tests/mock_upstream/route.hpp"

namespace llmgw::mock {

/// Why a request is not let in. No text holds a credential.
struct Denial {
  int status;
  std::string message;
  std::string reason;  ///< Gemini: the word in the details
};

/// `key`: the only good one, in the dialect's own field, with no other credential beside it; empty:
/// any will do, and OpenAI's may be missing.
std::optional<Denial> deny(const http::EndpointHead& head, Dialect dialect, std::string_view key);

}  // namespace llmgw::mock
