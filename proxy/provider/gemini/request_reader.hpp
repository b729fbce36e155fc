// SPDX-License-Identifier: MIT
// PURE: what Gemini's requests say of themselves in their body: nothing.
#pragma once

#include "proxy/metering/request_reader.hpp"

namespace llmgw::proxy {

/// The path names the model and says whether the answer is a stream (see classify()).
extern const RequestReader gemini_request_reader;

}  // namespace llmgw::proxy
