// SPDX-License-Identifier: MIT
// PURE: OpenAI, and every server that speaks its dialect.
#pragma once

#include "proxy/provider/dialect.hpp"

namespace llmgw::proxy {

/// Targets below the prefix are those of the client, those of Azure's clients in OpenAI's form;
/// `Authorization: Bearer` holds the key.
extern const Dialect openai_dialect;

}  // namespace llmgw::proxy
