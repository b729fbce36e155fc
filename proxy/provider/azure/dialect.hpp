// SPDX-License-Identifier: MIT
// PURE: OpenAI's API as Azure serves it.
#pragma once

#include "proxy/provider/dialect.hpp"

namespace llmgw::proxy {

/// Answers, usage and requests are OpenAI's. `api-key` holds the key, or `Authorization: Bearer` a
/// token, where settings choose it.
///
/// A place with a version has the classic form: what concerns one model is below
/// /openai/deployments/MODEL, all else below /openai, each with `api-version`; the place has to
/// name the model. One without has the form v1: all is below /openai/v1. Targets of Azure's own
/// clients, of either form, stay as they are, but for the deployment where the place names another
/// model.
extern const Dialect azure_dialect;

}  // namespace llmgw::proxy
