// SPDX-License-Identifier: MIT
// PURE: Gemini's list of models, and what it says of each.
#pragma once

#include "proxy/provider/model_listing.hpp"

namespace llmgw::proxy {

/// `{"models":[{"name","outputTokenLimit","thinking"}],"nextPageToken"}`.
extern const ModelListing gemini_models;

}  // namespace llmgw::proxy
