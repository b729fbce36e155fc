// SPDX-License-Identifier: MIT
// PURE: Anthropic, and every server that serves its Messages API.
#pragma once

#include "proxy/provider/dialect.hpp"

namespace llmgw::proxy {

/// Targets below the prefix are those of the client. `x-api-key` holds the key, or `Authorization:
/// Bearer` a token, where settings choose it; never both. `anthropic-version` is the client's, else
/// the one that every server knows.
extern const Dialect anthropic_dialect;

}  // namespace llmgw::proxy
