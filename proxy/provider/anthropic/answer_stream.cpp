// SPDX-License-Identifier: MIT
// One function an event.
#include "proxy/provider/anthropic/answer_stream.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/json/scalar.hpp"
#include "proxy/provider/anthropic/answer_chunks.hpp"
#include "proxy/provider/anthropic/answer_error.hpp"
#include "proxy/provider/anthropic/answer_usage.hpp"
#include "proxy/provider/anthropic/answer_words.hpp"
#include "proxy/provider/chat_answer/event_translation.hpp"
#include "proxy/provider/chat_answer/json_slices.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::count_of;
using chat_answer::members_of;
using chat_answer::text_of;

class AnthropicStream final : public chat_answer::EventTranslation {
 public:
  AnthropicStream(const AnswerTerms& terms, std::size_t most_event)
      : EventTranslation(terms, most_event), usage_(terms.input_includes_cache) {}

 private:
  struct Event {
    std::string_view type;
    std::uint64_t index;
    std::string_view message;
    std::string_view block;
    std::string_view delta;
    std::string_view usage;
  };

  bool take_event(std::string_view data, std::string& out) override;
  void take_end(std::string& /*out*/) override {}  // a message ends by an event of its own

  bool take_known(const Event& event, std::string& out);
  bool take_message_start(std::string_view message, std::string& out);
  bool take_block_start(std::uint64_t index, std::string_view block, std::string& out);
  bool take_block_delta(std::uint64_t index, std::string_view delta, std::string& out);
  bool take_message_delta(const Event& event, std::string& out);
  bool take_message_stop(std::string& out);

  void note_usage(std::string_view usage);
  void open_message(const chat_answer::AnswerNames& names, std::string& out);
  void finish_choice(std::string& out);

  AnthropicChunks message_{chunks()};
  AnthropicAnswerUsage usage_;
  bool is_finished_ = false;
};

bool AnthropicStream::take_event(std::string_view data, std::string& out) {
  constexpr std::array<std::string_view, 7> names{"type",  "index", "message", "content_block",
                                                  "delta", "usage", "error"};
  const auto members = members_of(data, names);
  if (!members) return false;
  const auto& [type, index, message, block, delta, usage, error] = *members;
  const std::string_view word = text_of(type);
  if (word == "error" || (type.empty() && !error.empty())) {
    fail(anthropic_error_event(data), out);
    return true;
  }
  return take_known({word, count_of(index).value_or(0), message, block, delta, usage}, out);
}

// Kinds that are not known are no fault: there may be more of them at any time.
bool AnthropicStream::take_known(const Event& event, std::string& out) {
  if (event.type == "message_start") return take_message_start(event.message, out);
  if (event.type == "message_stop") return take_message_stop(out);
  if (event.type == "ping") {
    if (!is_waiting()) out += ": ping\n\n";
    return true;
  }
  const bool is_of_message =
      event.type.starts_with("content_block_") || event.type == "message_delta";
  if (is_of_message && is_waiting()) open_message({}, out);
  if (event.type == "content_block_delta") return take_block_delta(event.index, event.delta, out);
  if (event.type == "content_block_start") return take_block_start(event.index, event.block, out);
  if (event.type == "content_block_stop") message_.end_block(event.index, out);
  if (event.type == "message_delta") return take_message_delta(event, out);
  return true;
}

void AnthropicStream::open_message(const chat_answer::AnswerNames& names, std::string& out) {
  open(names);
  message_.add_role(out);
}

void AnthropicStream::note_usage(std::string_view usage) {
  usage_.note(usage);
  told().server_tool_requests = usage_.server_tool_requests();
}

bool AnthropicStream::take_message_start(std::string_view message, std::string& out) {
  constexpr std::array<std::string_view, 3> names{"id", "model", "usage"};
  const auto members = members_of(message, names);
  if (!members) return false;
  const auto& [id, model, usage] = *members;
  note_usage(usage);
  if (is_waiting()) open_message({.id = text_of(id), .model = text_of(model)}, out);
  return true;
}

bool AnthropicStream::take_block_start(std::uint64_t index, std::string_view block,
                                       std::string& out) {
  constexpr std::array<std::string_view, 8> names{"type",  "text",     "id",        "name",
                                                  "input", "thinking", "signature", "data"};
  const auto members = members_of(block, names);
  if (!members) return false;
  const auto& [type, text, id, name, input, thinking, signature, data] = *members;
  const std::string_view kind = text_of(type);
  message_.end_block(index, out);  // should another one be open there
  if (kind == "tool_use") {
    return message_.begin_tool(index,
                               {.id = text_of(id), .name = text_of(name), .arguments = input}, out);
  }
  if (kind == "text") message_.add_text("content", text_of(text), out);
  if (kind == "redacted_thinking") message_.add_redacted(text_of(data), out);
  if (kind != "thinking") {
    if (kind != "text" && kind != "redacted_thinking")
      told().skipped.add(skipped_anthropic_block(kind));
    return true;
  }
  if (!message_.begin_thinking(index)) return false;
  message_.add_reasoning(text_of(thinking), out);
  message_.add_signature(index, text_of(signature), out);
  return true;
}

bool AnthropicStream::take_block_delta(std::uint64_t index, std::string_view delta,
                                       std::string& out) {
  constexpr std::array<std::string_view, 5> names{"type", "text", "thinking", "signature",
                                                  "partial_json"};
  const auto members = members_of(delta, names);
  if (!members) return false;
  const auto& [type, text, thinking, signature, json] = *members;
  const std::string_view kind = text_of(type);
  if (kind == "text_delta") {
    message_.add_text("content", text_of(text), out);
  } else if (kind == "input_json_delta") {
    message_.add_arguments(index, text_of(json), out);
  } else if (kind == "thinking_delta") {
    message_.add_reasoning(text_of(thinking), out);
  } else if (kind == "signature_delta") {
    message_.add_signature(index, text_of(signature), out);
  } else if (kind == "citations_delta") {
    told().skipped.add(SkippedKind::citation);
  }
  return true;
}

bool AnthropicStream::take_message_delta(const Event& event, std::string& out) {
  constexpr std::array<std::string_view, 2> names{"stop_reason", "stop_details"};
  constexpr std::array<std::string_view, 1> details_names{"explanation"};
  note_usage(event.usage);
  if (event.delta.empty()) return true;
  const auto members = members_of(event.delta, names);
  if (!members) return false;
  const std::string_view reason = text_of(members->front());
  if (reason.empty() || is_finished_) return true;
  chat_answer::Word finish;
  append_unescaped(reason, finish);
  note_anthropic_finish(finish.view(), told());
  const auto details = members_of(members->back(), details_names);
  if (details && finish == "refusal") message_.add_text("refusal", text_of(details->front()), out);
  finish_choice(out);
  return true;
}

void AnthropicStream::finish_choice(std::string& out) {
  is_finished_ = true;
  message_.end_blocks(out);
  const std::string_view native = facts().native_finish_reason.view();
  chunks().append_finish(0, chat_finish_of_anthropic(native), native, out);
}

bool AnthropicStream::take_message_stop(std::string& out) {
  if (is_waiting()) return false;
  if (!is_finished_) finish_choice(out);
  end(usage_.in_chat_form(), out);
  return true;
}

}  // namespace

std::unique_ptr<StreamTranslation> anthropic_stream(const AnswerTerms& terms,
                                                    std::size_t most_event) {
  return std::make_unique<AnthropicStream>(terms, most_event);
}

}  // namespace llmgw::proxy
