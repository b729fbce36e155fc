// SPDX-License-Identifier: MIT
// Gemini counts thoughts and the prompts of its own tools apart; OpenAI counts them in.
#include "proxy/provider/gemini/answer_usage.hpp"

#include <array>

#include "proxy/provider/chat_answer/json_slices.hpp"

namespace llmgw::proxy {

using chat_answer::Count;
using chat_answer::count_of;
using chat_answer::members_of;
using chat_answer::replace;
using chat_answer::sum;
using chat_answer::text_of;

void GeminiAnswerUsage::note(std::string_view usage) {
  constexpr std::array<std::string_view, 8> names{
      "promptTokenCount",    "toolUsePromptTokenCount", "candidatesTokenCount",
      "thoughtsTokenCount",  "totalTokenCount",         "cachedContentTokenCount",
      "promptTokensDetails", "candidatesTokensDetails"};
  const auto members = members_of(usage, names);
  if (!members) return;
  const auto& [prompt, tool_use, candidates, thoughts, total, cached, of_prompt, of_candidates] =
      *members;
  replace(prompt_, count_of(prompt));
  replace(tool_use_, count_of(tool_use));
  replace(candidates_, count_of(candidates));
  replace(thoughts_, count_of(thoughts));
  replace(total_, count_of(total));
  replace(cached_, count_of(cached));
  note_details(of_prompt, of_prompt_);
  note_details(of_candidates, of_candidates_);
}

void GeminiAnswerUsage::note_details(std::string_view details, Modalities& counts) {
  constexpr std::array<std::string_view, 2> names{"modality", "tokenCount"};
  chat_answer::JsonElements elements(details);
  while (const auto element = elements.next()) {
    const auto members = members_of(*element, names);
    if (!members) continue;
    const std::string_view modality = text_of(members->front());
    const Count count = count_of(members->back());
    if (modality == "AUDIO") replace(counts.audio, count);
    if (modality == "IMAGE") replace(counts.image, count);
  }
}

// What is left of the total also covers servers whose candidates hold the thoughts already.
Count GeminiAnswerUsage::completion() const {
  const std::uint64_t before = sum(prompt_, tool_use_).value_or(0);
  if (total_ && *total_ >= before) return *total_ - before;
  return sum(candidates_, thoughts_);
}

chat_answer::ChatUsage GeminiAnswerUsage::in_chat_form() const {
  const Count prompt = sum(prompt_, tool_use_);
  const Count completed = completion();
  const Count own_total = prompt && completed ? sum(prompt, completed) : Count();
  return {.prompt = prompt,
          .completion = completed,
          .total = total_ ? total_ : own_total,
          .cached = cached_,
          .prompt_audio = of_prompt_.audio,
          .prompt_image = of_prompt_.image,
          .reasoning = thoughts_,
          .completion_audio = of_candidates_.audio,
          .completion_image = of_candidates_.image};
}

}  // namespace llmgw::proxy
