// SPDX-License-Identifier: MIT
// PURE: which signature a call of a translated request bears.
#pragma once

#include <string>

#include "proxy/provider/chat/conversation.hpp"
#include "proxy/provider/gemini/request_terms.hpp"

namespace llmgw::proxy::gemini {

/// Appends `thoughtSignature` to a part that is open: the client's, one that was kept for it, or
/// where a call has to have one what stands in for it; or nothing. `is_first_of_step`: in the
/// current turn. Names what is lost, and notes in the request what else could have been sent.
void append_call_signature(const chat::ChatCall& call, bool is_first_of_step,
                           const GeminiRequestTerms& terms, std::string& out);

}  // namespace llmgw::proxy::gemini
