// SPDX-License-Identifier: MIT
// PURE: what follows on Gemini's refusal of the signatures of a request.
#pragma once

#include <optional>
#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::gemini {

/// Whether an error is about them: `thought signature` in letters of either case, also as
/// `thought_signature` or `thoughtSignature`.
bool names_thought_signature(std::string_view message) noexcept;

/// First what stands in takes the place of all signatures of the client's, then the plain word that
/// of its coded form; nothing where both have been refused, or there is nothing to sign.
std::optional<Lesson> lesson_of_signatures(const TranslationTarget& target,
                                           const TranslatedRequest& sent) noexcept;

}  // namespace llmgw::proxy::gemini
