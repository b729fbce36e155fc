// SPDX-License-Identifier: MIT
// Who makes a request, by the key in its head, and what becomes of it.
#pragma once

#include <string_view>

#include "proxy/api/context.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/tenant/callers.hpp"
#include "proxy/tenant/verdict.hpp"

namespace llmgw::proxy {

struct Caller {
  const KeySettings* key = nullptr;  ///< of the callers that were asked; null: not known
  KeyVerdict verdict = KeyVerdict::accepted;
  const GatewayError* error = nullptr;  ///< for a verdict that is not accepted
  std::string_view tenant = {};         ///< of the key or the head; empty: no key is known
};

/// Looks at the head alone. A clock is asked for keys that are good at some times only.
Caller caller_of(const Callers& callers, const http::Head& head);

/// Counts what came of it, once for each request; logs a refusal. The error to answer with, or null
/// where the request goes on: it was accepted, or keys are only observed.
const GatewayError* note_caller(Context& context, const Callers& callers, const Caller& caller);

}  // namespace llmgw::proxy
