// SPDX-License-Identifier: MIT
// PURE: what goes wrong upstream, in OpenAI's form; what is the same for every dialect.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::chat_answer {

/// Status, type and code for an upstream's status; without a message.
TranslatedError error_of_status(int status);

/// The provider refused the gateway's own key, which no client can mend; names no key.
TranslatedError refused_key(int status);
/// The provider wants to be paid first.
void set_insufficient_quota(TranslatedError& error);
/// The request does not fit into the model's context.
void set_context_exceeded(TranslatedError& error);

/// Puts in the provider's own text, the inside of a JSON string, bounded and without keys; for an
/// empty one, that there was none.
void set_message(std::string_view raw, TranslatedError& error);
/// A short word of the provider, unescaped and bounded.
std::string word_of(std::string_view raw);

/// The stream broke off; `code`: why (`upstream_timeout`; empty: `upstream_aborted`).
TranslatedError cut_stream(std::string_view code);
/// An event is too large, or none of the dialect.
TranslatedError invalid_stream();

/// Appends an error as the event that ends a stream.
void append_error_event(const TranslatedError& error, std::string& out);

}  // namespace llmgw::proxy::chat_answer
