// SPDX-License-Identifier: MIT
// PURE: how Gemini's own API reports usage.
#pragma once

#include "proxy/metering/usage_reader.hpp"

namespace llmgw::proxy {

/// `usageMetadata` of a reply, of each event of a stream, and of each element where a stream comes
/// as one JSON array; of each count the last one. All that is neither prompt nor what tools put
/// into it was generated. A blocked prompt ends for its `blockReason`.
extern const UsageReader gemini_usage_reader;

}  // namespace llmgw::proxy
