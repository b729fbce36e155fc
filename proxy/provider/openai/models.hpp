// SPDX-License-Identifier: MIT
// PURE: OpenAI's list of models, which every server with its API has; Azure's is the same.
#pragma once

#include "proxy/provider/model_listing.hpp"

namespace llmgw::proxy {

/// `{"data":[{"id","created"}]}`, all on one page.
extern const ModelListing openai_models;

}  // namespace llmgw::proxy
