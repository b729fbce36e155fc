// SPDX-License-Identifier: MIT
// PURE: JSON text of the upstream that goes to the client as it is spelt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llmgw::proxy::chat_answer {

/// Appends `raw`, the inside of a JSON string of the upstream, escapes as they are. No byte of it
/// ends a line, whatever the upstream sent: bare controls, which JSON forbids and an event of
/// several lines can hold, are escaped.
void append_raw(std::string_view raw, std::string& out);

/// Appends `text`, of any kind, as the inside of a JSON string; takes hold of no more memory than
/// what is appended, but for a constant.
void append_escaped(std::string_view text, std::string& out);

/// Appends `text` as a JSON string; empty: null.
void append_text_or_null(std::string_view text, std::string& out);

/// Appends a count in decimal.
void append_count(std::uint64_t count, std::string& out);

}  // namespace llmgw::proxy::chat_answer
