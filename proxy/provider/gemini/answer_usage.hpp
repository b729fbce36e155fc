// SPDX-License-Identifier: MIT
// PURE: how Gemini counts, as OpenAI does.
#pragma once

#include <string_view>

#include "proxy/provider/chat_answer/chat_usage.hpp"

namespace llmgw::proxy {

/// Of one answer. Of each count the last one told holds: streams tell running totals.
class GeminiAnswerUsage {
 public:
  /// `usage`: a JSON object; anything else says nothing.
  void note(std::string_view usage);

  chat_answer::ChatUsage in_chat_form() const;

 private:
  struct Modalities {
    chat_answer::Count audio = {};
    chat_answer::Count image = {};
  };

  static void note_details(std::string_view details, Modalities& counts);
  chat_answer::Count completion() const;

  chat_answer::Count prompt_;
  chat_answer::Count tool_use_;
  chat_answer::Count candidates_;
  chat_answer::Count thoughts_;
  chat_answer::Count total_;
  chat_answer::Count cached_;
  Modalities of_prompt_;
  Modalities of_candidates_;
};

}  // namespace llmgw::proxy
