// SPDX-License-Identifier: MIT
// PURE: Gemini's own API (generativelanguage.googleapis.com).
#pragma once

#include "proxy/provider/dialect.hpp"

namespace llmgw::proxy {

/// Targets below the prefix are those of the client, but for the model where the place names
/// another one. `x-goog-api-key` holds the key, never the query.
extern const Dialect gemini_dialect;

}  // namespace llmgw::proxy
