// SPDX-License-Identifier: MIT
// One pass over the blocks gathers what the choice is made of.
#include "proxy/provider/anthropic/answer_body.hpp"

#include <array>
#include <string>

#include "proxy/provider/anthropic/answer_usage.hpp"
#include "proxy/provider/anthropic/answer_words.hpp"
#include "proxy/provider/chat_answer/answer_body.hpp"
#include "proxy/provider/chat_answer/answer_head.hpp"
#include "proxy/provider/chat_answer/json_copy.hpp"
#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/chat_answer/message_parts.hpp"
#include "proxy/provider/chat_answer/upstream_error.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::append_raw;
using chat_answer::ChatChoice;
using chat_answer::members_of;
using chat_answer::separate;
using chat_answer::text_of;

void add_tool(const chat_answer::ToolCall& call, const AnswerTerms& terms, std::size_t number,
              ChatChoice& choice) {
  const std::string id = chat_answer::call_id(call.id, terms.request_id, 0, number);
  separate(choice.tool_calls);
  chat_answer::append_tool_call(
      {.id = id,
       .name = call.name,
       .arguments = call.arguments.empty() ? std::string_view("{}") : call.arguments},
      {}, choice.tool_calls);
}

void add_thinking(std::string_view thinking, std::string_view signature, ChatChoice& choice) {
  append_raw(thinking, choice.reasoning);
  if (signature.empty()) return;
  separate(choice.thinking_blocks);
  chat_answer::append_thinking(thinking, signature, {}, choice.thinking_blocks);
}

// What is gathered of a message on the way.
struct Gathered {
  ChatChoice choice = {};
  std::size_t tools = 0;  // calls so far
  SkippedCounts skipped = {};
};

// Returns whether it is a block.
bool add_block(std::string_view block, const AnswerTerms& terms, Gathered& all) {
  constexpr std::array<std::string_view, 9> names{
      "type", "text", "id", "name", "input", "thinking", "signature", "data", "citations"};
  const auto members = members_of(block, names);
  if (!members) return false;
  const auto& [type, text, id, name, input, thinking, signature, data, citations] = *members;
  ChatChoice& choice = all.choice;
  const std::string_view kind = text_of(type);
  if (kind == "text") {
    if (!choice.content) choice.content.emplace();
    append_raw(text_of(text), *choice.content);
    chat_answer::JsonElements each(citations);
    while (each.next()) all.skipped.add(SkippedKind::citation);
  } else if (kind == "tool_use") {
    add_tool({text_of(id), text_of(name), input}, terms, all.tools++, choice);
  } else if (kind == "thinking") {
    if (terms.shows_reasoning) add_thinking(text_of(thinking), text_of(signature), choice);
  } else if (kind == "redacted_thinking") {
    if (!terms.shows_reasoning) return true;
    separate(choice.thinking_blocks);
    chat_answer::append_redacted(text_of(data), {}, choice.thinking_blocks);
  } else {
    all.skipped.add(skipped_anthropic_block(kind));
  }
  return true;
}

bool add_blocks(std::string_view content, const AnswerTerms& terms, Gathered& all) {
  chat_answer::JsonElements blocks(content);
  while (const auto block = blocks.next()) {
    if (!add_block(*block, terms, all)) return false;
  }
  return blocks.is_array();
}

void add_finish(std::string_view reason, std::string_view details, ChatChoice& choice) {
  constexpr std::array<std::string_view, 1> names{"explanation"};
  choice.native_finish_reason = chat_answer::word_of(reason);
  choice.finish_reason = chat_finish_of_anthropic(choice.native_finish_reason);
  const bool is_empty_reply = !choice.content && choice.tool_calls.empty();
  if (is_empty_reply && choice.finish_reason == "stop") choice.content.emplace();
  const auto members = members_of(details, names);
  const std::string_view explanation = members ? text_of(members->front()) : std::string_view();
  if (choice.finish_reason != "content_filter" || explanation.empty()) return;
  append_raw(explanation, choice.refusal.emplace());
}

}  // namespace

std::optional<TranslatedAnswer> anthropic_answer(std::string_view body, const AnswerTerms& terms) {
  constexpr std::array<std::string_view, 6> names{"id",          "model",        "content",
                                                  "stop_reason", "stop_details", "usage"};
  const auto members = members_of(body, names);
  if (!members) return std::nullopt;
  const auto& [id, model, content, stop_reason, stop_details, usage] = *members;
  Gathered all;
  if (!add_blocks(content, terms, all)) return std::nullopt;
  ChatChoice& choice = all.choice;
  add_finish(text_of(stop_reason), stop_details, choice);

  TranslatedAnswer answer;
  note_anthropic_finish(choice.native_finish_reason, answer.facts);
  answer.facts.skipped = all.skipped;
  chat_answer::append_answer_head("chat.completion", {.id = text_of(id), .model = text_of(model)},
                                  terms, answer.body);
  chat_answer::append_choice(choice, answer.body);
  AnthropicAnswerUsage counts(terms.input_includes_cache);
  counts.note(usage);
  answer.facts.server_tool_requests = counts.server_tool_requests();
  chat_answer::append_answer_end(counts.in_chat_form(), answer.body);
  return answer;
}

}  // namespace llmgw::proxy
