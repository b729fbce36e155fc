// SPDX-License-Identifier: MIT
// PURE: how much a model of Gemini is told to think.
#pragma once

#include <string>

#include "proxy/provider/gemini/request_terms.hpp"

namespace llmgw::proxy::gemini {

/// Appends `thinkingConfig`, where the client asks for any effort, to an object that is open.
/// `config`: Google's own form of it, as the client has written it; empty: none. It goes first.
void append_thinking(std::string_view config, const GeminiRequestTerms& terms, std::string& out);

}  // namespace llmgw::proxy::gemini
