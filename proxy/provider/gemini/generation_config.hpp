// SPDX-License-Identifier: MIT
// PURE: how an answer is to be made, as Gemini's `generationConfig`.
#pragma once

#include <string>
#include <string_view>

#include "proxy/provider/gemini/request_terms.hpp"

namespace llmgw::proxy::gemini {

/// Appends it, where the client says anything that it holds, to an object that is open.
/// `thinking_config`: see thinking.hpp. False: rejected.
bool append_generation_config(std::string_view thinking_config, const GeminiRequestTerms& terms,
                              std::string& out);

}  // namespace llmgw::proxy::gemini
