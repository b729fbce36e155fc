// SPDX-License-Identifier: MIT
// Each candidate becomes a choice, gathered in one pass over its parts.
#include "proxy/provider/gemini/answer_body.hpp"

#include <array>
#include <string>

#include "proxy/provider/chat_answer/answer_body.hpp"
#include "proxy/provider/chat_answer/answer_head.hpp"
#include "proxy/provider/chat_answer/json_copy.hpp"
#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/chat_answer/message_parts.hpp"
#include "proxy/provider/chat_answer/upstream_error.hpp"
#include "proxy/provider/gemini/answer_candidate.hpp"
#include "proxy/provider/gemini/answer_logprobs.hpp"
#include "proxy/provider/gemini/answer_usage.hpp"
#include "proxy/provider/gemini/answer_words.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::append_raw;
using chat_answer::ChatChoice;
using chat_answer::members_of;
using chat_answer::separate;
using chat_answer::text_of;

void add_call(const GeminiPart& call, const AnswerTerms& terms, std::size_t number,
              ChatChoice& choice) {
  const std::string id = chat_answer::call_id(call.id, terms.request_id, choice.index, number);
  keep_signature(terms.signatures, id, call.signature);
  separate(choice.tool_calls);
  chat_answer::append_tool_call({.id = id,
                                 .name = call.name,
                                 .arguments = call.arguments,
                                 .thought_signature = call.signature},
                                {}, choice.tool_calls);
}

// `calls`: how many came before.
void add_part(const GeminiPart& part, const AnswerTerms& terms, std::size_t& calls,
              ChatChoice& choice, SkippedCounts& skipped) {
  using Kind = GeminiPart::Kind;
  switch (part.kind) {
    case Kind::text:
      if (!choice.content) choice.content.emplace();
      append_raw(part.text, *choice.content);
      return;
    case Kind::thought:
      if (terms.shows_reasoning) append_raw(part.text, choice.reasoning);
      return;
    case Kind::call: add_call(part, terms, calls++, choice); return;
    case Kind::image:
      separate(choice.images);
      chat_answer::append_image(part.media_type, part.data, {}, choice.images);
      return;
    case Kind::nothing: return;
    case Kind::skipped: skipped.add(part.skipped); return;
  }
}

bool add_parts(std::string_view parts, const AnswerTerms& terms, ChatChoice& choice,
               SkippedCounts& skipped) {
  if (parts.empty()) return true;
  std::size_t calls = 0;
  chat_answer::JsonElements elements(parts);
  while (const auto element = elements.next()) {
    const auto part = read_gemini_part(*element);
    if (!part) return false;
    add_part(*part, terms, calls, choice, skipped);
  }
  return elements.is_array();
}

// An empty reply is a text without letters, but for one that was not to be.
void add_finish(std::string native, ChatChoice& choice) {
  choice.finish_reason = chat_finish_of_gemini(native, !choice.tool_calls.empty());
  choice.native_finish_reason = std::move(native);
  const bool is_empty_reply = !choice.content && choice.images.empty();
  if (is_empty_reply && choice.finish_reason == "stop") choice.content.emplace();
}

// Appends the choices to `out`, and keeps the first one's reason. False: a candidate is none.
bool add_choices(std::string_view candidates, const AnswerTerms& terms, TranslatedAnswer& answer) {
  chat_answer::JsonElements elements(candidates);
  for (std::uint64_t position = 0; const auto element = elements.next(); ++position) {
    const auto candidate = read_gemini_candidate(*element, position);
    if (!candidate) return false;
    ChatChoice choice;
    choice.index = static_cast<std::size_t>(candidate->index);
    candidate->note_skipped(answer.facts.skipped);
    if (!add_parts(candidate->parts, terms, choice, answer.facts.skipped)) return false;
    choice.logprobs = chat_logprobs_of_gemini(candidate->logprobs);
    add_finish(chat_answer::word_of(candidate->finish_reason), choice);
    if (position == 0)
      note_gemini_finish(choice.native_finish_reason, !choice.tool_calls.empty(), answer.facts);
    if (position > 0) answer.body += ',';
    chat_answer::append_choice(choice, answer.body);
  }
  return elements.is_array();
}

void add_blocked(std::string_view reason, TranslatedAnswer& answer) {
  ChatChoice choice;
  add_finish(std::string(blocked_prompt) + chat_answer::word_of(reason), choice);
  note_gemini_finish(choice.native_finish_reason, false, answer.facts);
  chat_answer::append_choice(choice, answer.body);
}

}  // namespace

std::optional<TranslatedAnswer> gemini_answer(std::string_view body, const AnswerTerms& terms) {
  constexpr std::array<std::string_view, 5> names{"candidates", "usageMetadata", "responseId",
                                                  "modelVersion", "promptFeedback"};
  const auto members = members_of(body, names);
  if (!members) return std::nullopt;
  const auto& [candidates, usage, id, model, feedback] = *members;
  const bool has_candidates = chat_answer::JsonElements(candidates).next().has_value();
  const std::string_view block = gemini_block_reason(feedback);
  if (!has_candidates && block.empty()) return std::nullopt;

  TranslatedAnswer answer;
  chat_answer::append_answer_head("chat.completion", {.id = text_of(id), .model = text_of(model)},
                                  terms, answer.body);
  if (!has_candidates) {
    add_blocked(block, answer);
  } else if (!add_choices(candidates, terms, answer)) {
    return std::nullopt;
  }
  GeminiAnswerUsage counts;
  counts.note(usage);
  chat_answer::append_answer_end(counts.in_chat_form(), answer.body);
  return answer;
}

}  // namespace llmgw::proxy
