// SPDX-License-Identifier: MIT
// PURE: tools and the choice between them as Gemini's `tools` and `toolConfig`.
#pragma once

#include <string>

#include "proxy/provider/gemini/request_terms.hpp"

namespace llmgw::proxy::gemini {

/// Appends both, where there are any, to an object that is open. False: rejected.
bool append_tools(const GeminiRequestTerms& terms, std::string& out);

}  // namespace llmgw::proxy::gemini
