// SPDX-License-Identifier: MIT
// PURE: `tools` and `tool_choice`.
#pragma once

#include <string_view>

#include "proxy/provider/anthropic/cache_marks.hpp"
#include "proxy/provider/anthropic/traits.hpp"
#include "proxy/provider/chat/object_writer.hpp"
#include "proxy/provider/chat/tools.hpp"

namespace llmgw::proxy::anthropic {

/// Writes both as members of the request. `is_forced` becomes whether a call is demanded. False:
/// rejected.
bool write_tools(const chat::ChatRequest& request, const TranslationTarget& target,
                 const Traits& traits, chat::Losses& losses, CacheMarks& marks,
                 chat::ObjectWriter& writer, bool& is_forced);

}  // namespace llmgw::proxy::anthropic
