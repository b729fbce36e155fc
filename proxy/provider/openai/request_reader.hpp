// SPDX-License-Identifier: MIT
// PURE: where OpenAI's requests say what they ask for.
#pragma once

#include "proxy/metering/request_reader.hpp"

namespace llmgw::proxy {

/// Of whatever endpoint: `model` and `stream` at top level, and `stream_options.include_usage`.
extern const RequestReader openai_request_reader;
/// The same, with what answers may take; of clients of all APIs.
extern const RequestReader counted_request_reader;

}  // namespace llmgw::proxy
