// SPDX-License-Identifier: MIT
// PURE: how Anthropic counts, as OpenAI does.
#pragma once

#include <string_view>

#include "proxy/provider/chat_answer/chat_usage.hpp"

namespace llmgw::proxy {

/// Of one message. Of each count the last one told holds: a stream tells them more than once, and
/// they grow or move between fields within it.
class AnthropicAnswerUsage {
 public:
  /// `input_includes_cache`: `input_tokens` hold what the cache served and took.
  explicit AnthropicAnswerUsage(bool input_includes_cache = false) noexcept
      : input_includes_cache_(input_includes_cache) {}

  /// `usage`: a JSON object; anything else says nothing.
  void note(std::string_view usage);

  chat_answer::ChatUsage in_chat_form() const;
  /// Calls of the provider's own tools, of whatever kind.
  chat_answer::Count server_tool_requests() const noexcept { return server_tools_; }

 private:
  struct Counts {
    chat_answer::Count input = {};
    chat_answer::Count output = {};
    chat_answer::Count cache_write = {};
    chat_answer::Count cache_read = {};
    chat_answer::Count thinking = {};
  };

  static Counts read(std::string_view usage);
  static Counts sum_of(std::string_view iterations);
  static chat_answer::Count sum_of_tools(std::string_view tools);

  const bool input_includes_cache_;
  Counts own_;
  Counts iterations_;  // where told: of all, while own_ then covers a part of them
  chat_answer::Count server_tools_ = {};
};

}  // namespace llmgw::proxy
