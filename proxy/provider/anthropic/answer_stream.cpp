// SPDX-License-Identifier: MIT
// One function an event; texts are copied from event to chunk as they are spelt.
#include "proxy/provider/anthropic/answer_stream.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/json/scalar.hpp"
#include "proxy/provider/anthropic/answer_blocks.hpp"
#include "proxy/provider/anthropic/answer_error.hpp"
#include "proxy/provider/anthropic/answer_usage.hpp"
#include "proxy/provider/anthropic/answer_words.hpp"
#include "proxy/provider/chat_answer/event_translation.hpp"
#include "proxy/provider/chat_answer/json_slices.hpp"
#include "proxy/provider/chat_answer/message_parts.hpp"

namespace llmgw::proxy {
namespace {

using chat_answer::count_of;
using chat_answer::members_of;
using chat_answer::text_of;
using Block = AnthropicBlocks::Block;

class AnthropicStream final : public chat_answer::EventTranslation {
 public:
  using EventTranslation::EventTranslation;

  std::string_view native_finish_reason() const noexcept override { return finish_.view(); }

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
  void take_block_stop(std::uint64_t index, std::string& out);
  bool take_message_delta(const Event& event, std::string& out);
  bool take_message_stop(std::string& out);

  void open_message(const chat_answer::AnswerNames& names, std::string& out);
  bool begin_tool(std::uint64_t index, const chat_answer::ToolCall& call, std::string& out);
  void add_text(std::string_view key, std::string_view text, std::string& out) const;
  void add_reasoning(std::string_view text, std::string& out) const;
  void add_redacted(std::string_view data, std::string& out);
  void add_signature(std::uint64_t index, std::string_view signature, std::string& out);
  void add_arguments(std::uint64_t index, std::string_view json, std::string& out);
  void complete_arguments(const Block& block, std::string& out) const;
  void finish_choice(std::string& out);

  AnthropicBlocks blocks_;
  AnthropicAnswerUsage usage_;
  chat_answer::Word finish_;
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
  if (event.type == "content_block_stop") take_block_stop(event.index, out);
  if (event.type == "message_delta") return take_message_delta(event, out);
  return true;
}

void AnthropicStream::open_message(const chat_answer::AnswerNames& names, std::string& out) {
  open(names);
  chunks().begin_delta(0, out);
  out += R"("role":"assistant","content":"")";
  chunks().end_delta(out);
}

bool AnthropicStream::take_message_start(std::string_view message, std::string& out) {
  constexpr std::array<std::string_view, 3> names{"id", "model", "usage"};
  const auto members = members_of(message, names);
  if (!members) return false;
  const auto& [id, model, usage] = *members;
  usage_.note(usage);
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
  take_block_stop(index, out);  // should another one be open there
  if (kind == "tool_use") {
    return begin_tool(index, {.id = text_of(id), .name = text_of(name), .arguments = input}, out);
  }
  if (kind == "text") add_text("content", text_of(text), out);
  if (kind == "redacted_thinking") add_redacted(text_of(data), out);
  if (kind != "thinking") return true;
  if (blocks_.begin_thinking(index) == nullptr) return false;
  add_reasoning(text_of(thinking), out);
  add_signature(index, text_of(signature), out);
  return true;
}

// The input of a call comes with its begin or, as a rule, in pieces behind that.
bool AnthropicStream::begin_tool(std::uint64_t index, const chat_answer::ToolCall& call,
                                 std::string& out) {
  Block* const block = blocks_.begin_tool(index);
  if (block == nullptr) return false;
  block->has_content = !call.arguments.empty() && !chat_answer::is_empty_object(call.arguments);
  const std::string id =
      call.id.empty() ? chat_answer::make_call_id(chunks().request_id(), 0, block->number) : "";
  chunks().begin_delta(0, out);
  out += R"("tool_calls":[)";
  chat_answer::append_tool_call(
      {.id = call.id.empty() ? std::string_view(id) : call.id,
       .name = call.name,
       .arguments = block->has_content ? call.arguments : std::string_view()},
      block->number, out);
  out += ']';
  chunks().end_delta(out);
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
    add_text("content", text_of(text), out);
  } else if (kind == "input_json_delta") {
    add_arguments(index, text_of(json), out);
  } else if (kind == "thinking_delta") {
    add_reasoning(text_of(thinking), out);
  } else if (kind == "signature_delta") {
    add_signature(index, text_of(signature), out);
  }
  return true;
}

void AnthropicStream::add_text(std::string_view key, std::string_view text,
                               std::string& out) const {
  if (text.empty()) return;
  chunks().begin_delta(0, out);
  chat_answer::append_text(key, text, out);
  chunks().end_delta(out);
}

void AnthropicStream::add_reasoning(std::string_view text, std::string& out) const {
  if (chunks().shows_reasoning()) add_text("reasoning_content", text, out);
}

void AnthropicStream::add_redacted(std::string_view data, std::string& out) {
  const std::size_t number = blocks_.count_thought();
  if (!chunks().shows_reasoning()) return;
  chunks().begin_delta(0, out);
  out += R"("thinking_blocks":[)";
  chat_answer::append_redacted(data, number, out);
  out += ']';
  chunks().end_delta(out);
}

// Clients join texts of the same place, so that a second one would spoil the first.
void AnthropicStream::add_signature(std::uint64_t index, std::string_view signature,
                                    std::string& out) {
  Block* const block = blocks_.find(index);
  if (block == nullptr || block->is_tool || block->has_content || signature.empty()) return;
  block->has_content = true;
  if (!chunks().shows_reasoning()) return;
  chunks().begin_delta(0, out);
  out += R"("thinking_blocks":[)";
  chat_answer::append_thinking("", signature, block->number, out);
  out += ']';
  chunks().end_delta(out);
}

// The provider's own tools get arguments, too: those have no open call here.
void AnthropicStream::add_arguments(std::uint64_t index, std::string_view json, std::string& out) {
  Block* const block = blocks_.find(index);
  if (block == nullptr || !block->is_tool || json.empty()) return;
  block->has_content = true;
  chunks().begin_delta(0, out);
  chat_answer::append_arguments(json, block->number, out);
  chunks().end_delta(out);
}

void AnthropicStream::take_block_stop(std::uint64_t index, std::string& out) {
  Block* const block = blocks_.find(index);
  if (block == nullptr) return;
  complete_arguments(*block, out);
  blocks_.close(*block);
}

// A client that holds an empty text in place of arguments fails with the next turn.
void AnthropicStream::complete_arguments(const Block& block, std::string& out) const {
  if (!block.is_tool || block.has_content) return;
  chunks().begin_delta(0, out);
  chat_answer::append_arguments("{}", block.number, out);
  chunks().end_delta(out);
}

bool AnthropicStream::take_message_delta(const Event& event, std::string& out) {
  constexpr std::array<std::string_view, 2> names{"stop_reason", "stop_details"};
  constexpr std::array<std::string_view, 1> details_names{"explanation"};
  usage_.note(event.usage);
  if (event.delta.empty()) return true;
  const auto members = members_of(event.delta, names);
  if (!members) return false;
  const std::string_view reason = text_of(members->front());
  if (reason.empty() || is_finished_) return true;
  append_unescaped(reason, finish_);
  const auto details = members_of(members->back(), details_names);
  if (details && finish_ == "refusal") add_text("refusal", text_of(details->front()), out);
  finish_choice(out);
  return true;
}

void AnthropicStream::finish_choice(std::string& out) {
  is_finished_ = true;
  for (const Block& each : blocks_.open()) complete_arguments(each, out);
  blocks_.close_all();
  chunks().append_finish(0, chat_finish_of_anthropic(finish_.view()), finish_.view(), out);
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
