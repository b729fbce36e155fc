// SPDX-License-Identifier: MIT
// PURE: how Anthropic, and every server that serves its Messages API, reports usage.
#pragma once

#include "proxy/metering/usage_reader.hpp"

namespace llmgw::proxy {

/// `usage` of a message and of `message_delta`, `message.usage` of `message_start`; of each count
/// the last one. What was read from and written to the cache is part of the prompt. With
/// `iterations` in the last usage, their sums: the counts beside them leave some of them out.
/// Counts that are asked for before anything runs (`count_tokens`) are none.
extern const UsageReader anthropic_usage_reader;

/// The same of servers whose `input_tokens` hold what the cache served.
extern const UsageReader anthropic_inclusive_usage_reader;

}  // namespace llmgw::proxy
