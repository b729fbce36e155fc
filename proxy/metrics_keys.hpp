// SPDX-License-Identifier: MIT
// What callers' keys came to.
#pragma once

#include "proxy/metrics_parts.hpp"
#include "proxy/tenant/key_table.hpp"

namespace llmgw::proxy {

/// llmgw_auth_requests_total by result, llmgw_keys by state and
/// llmgw_key_last_used_timestamp_seconds of the keys used last. Nothing where nobody asks for keys
/// (`keys` is null).
void add_keys(std::vector<Metric>& all, const Workers& workers, const KeyTable* keys);

}  // namespace llmgw::proxy
