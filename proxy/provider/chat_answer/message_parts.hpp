// SPDX-License-Identifier: MIT
// PURE: the parts of a message, as they stand in the delta of a chunk and in a whole answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmgw::proxy::chat_answer {

// All views but those of JSON are the insides of JSON strings of the upstream. An entry of a list
// has its number in a chunk alone: there clients put lists together by it.
using EntryNumber = std::optional<std::size_t>;

struct ToolCall {
  std::string_view id;
  std::string_view name;
  std::string_view arguments;  ///< JSON; empty: to come
  std::string_view thought_signature = {};
};

/// Appends `"KEY":"raw"`.
void append_text(std::string_view key, std::string_view raw, std::string& out);

/// Appends the entry of a list of calls.
void append_tool_call(const ToolCall& call, EntryNumber number, std::string& out);
/// Appends the list with an entry that goes on with the arguments of a call.
void append_arguments(std::string_view raw, std::size_t number, std::string& out);

/// Append entries of the list of thinking blocks.
void append_thinking(std::string_view thinking, std::string_view signature, EntryNumber number,
                     std::string& out);
void append_redacted(std::string_view data, EntryNumber number, std::string& out);

/// Appends the entry of a list of images: one in base64, as a data URL.
void append_image(std::string_view media_type, std::string_view data, EntryNumber number,
                  std::string& out);

}  // namespace llmgw::proxy::chat_answer
