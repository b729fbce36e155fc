// SPDX-License-Identifier: MIT
// The models that may be asked for, where the configuration file says which.
#pragma once

#include "proxy/api/context.hpp"
#include "proxy/http/exchange.hpp"

namespace llmgw::proxy {

/// Whether the gateway answers such a request itself: GET or HEAD of /v1/models or of one model,
/// with models in the file.
bool asks_for_models(Context& context, const http::RequestHead& head);

/// Answers it in OpenAI's form, without an upstream: what the tenant may ask for by its exact name,
/// and what providers have told that a prefix or the default leads to.
Task<void> reply_models(Context& context, http::Exchange& exchange);

}  // namespace llmgw::proxy
