// SPDX-License-Identifier: MIT
// PURE: what the parts of one translation to Gemini share.
#pragma once

#include "proxy/provider/chat/losses.hpp"
#include "proxy/provider/chat/request.hpp"
#include "proxy/provider/gemini/model_traits.hpp"
#include "proxy/provider/gemini/schema.hpp"
#include "proxy/provider/translation.hpp"

namespace llmgw::proxy::gemini {

/// All of it outlives the translation.
struct GeminiRequestTerms {
  const chat::ChatRequest& request;
  const TranslationTarget& target;
  GeminiTraits traits;
  chat::Losses& losses;
  SchemaReducer& reducer;
  TranslatedRequest& made;
};

}  // namespace llmgw::proxy::gemini
