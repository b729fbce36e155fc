// SPDX-License-Identifier: MIT
// PURE: what is known of Gemini's models by their names, where nothing better is.
#pragma once

#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::gemini {

struct GeminiTraits {
  ReasoningForm reasoning = ReasoningForm::level;
  bool has_sampling = true;      ///< temperature, top_p and top_k are not ignored
  bool has_penalties = false;    ///< takes presence and frequency penalties
  bool has_minimal = false;      ///< `minimal` is a level of thinking
  bool needs_signatures = true;  ///< refuses calls of the current turn that are not signed
};

/// Of a model's name, with or without `models/`. Names without a version are taken for the newest;
/// names that are not Gemini's for models that take what the first ones took.
GeminiTraits gemini_traits(std::string_view model) noexcept;

/// The same, overruled by what the provider says, and that by what the settings say.
GeminiTraits gemini_traits(const TranslationTarget& target) noexcept;

}  // namespace llmgw::proxy::gemini
