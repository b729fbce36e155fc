// SPDX-License-Identifier: MIT
// PURE: Anthropic's list of models, and what it says of each.
#pragma once

#include "proxy/provider/model_listing.hpp"

namespace llmgw::proxy {

/// `{"data":[{"id","created_at","max_tokens","capabilities"}],"has_more","last_id"}`.
extern const ModelListing anthropic_models;

}  // namespace llmgw::proxy
