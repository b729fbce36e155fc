// SPDX-License-Identifier: MIT
// PURE: a chat completion that is no stream.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/provider/chat_answer/chat_usage.hpp"

namespace llmgw::proxy::chat_answer {

/// Texts are the insides of JSON strings, lists the entries between brackets; empty: none.
struct ChatChoice {
  std::size_t index = 0;
  std::optional<std::string> content = {};  ///< nothing: null
  std::optional<std::string> refusal = {};
  std::string reasoning = {};
  std::string thinking_blocks = {};
  std::string tool_calls = {};
  std::string images = {};
  std::string logprobs = "null";  ///< JSON
  std::string_view finish_reason = "stop";
  std::string native_finish_reason = {};  ///< plain text; empty: null
};

void append_choice(const ChatChoice& choice, std::string& out);

/// Appends what follows the choices; usage that nobody told is left out.
void append_answer_end(const ChatUsage& usage, std::string& out);

/// Appends a comma, unless `list` is still empty.
inline void separate(std::string& list) {
  if (!list.empty()) list += ',';
}

}  // namespace llmgw::proxy::chat_answer
