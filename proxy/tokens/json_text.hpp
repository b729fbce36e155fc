// SPDX-License-Identifier: MIT
// PURE: texts that stand in JSON, to a counter.
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/tokens/counter.hpp"

namespace llmgw::proxy {

/// Adds what the inside of a JSON string stands for; nothing of it is copied elsewhere. It may be
/// the end of a text that was cut, and so end within an escape, which is then U+FFFD.
void add_inside(TokenCounter& counter, std::string_view inside);

/// Adds a JSON text as a compact writer would write it: without white space between tokens.
void add_compact(TokenCounter& counter, std::string_view json);

/// The tokens of what the inside of a JSON string stands for.
std::uint64_t count_inside(TokenCounter& counter, std::string_view inside);

}  // namespace llmgw::proxy
