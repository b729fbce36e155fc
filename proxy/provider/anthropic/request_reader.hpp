// SPDX-License-Identifier: MIT
// PURE: where Anthropic's requests say what they ask for.
#pragma once

#include "proxy/metering/request_reader.hpp"

namespace llmgw::proxy {

/// `model` and `stream` at top level. Their streams report usage unasked.
extern const RequestReader anthropic_request_reader;

}  // namespace llmgw::proxy
