// SPDX-License-Identifier: MIT
// Texts go through as they are spelt; the numbers of entries count among their like.
#include "proxy/provider/anthropic/answer_chunks.hpp"

#include "proxy/provider/chat_answer/json_slices.hpp"

namespace llmgw::proxy {

void AnthropicChunks::add_role(std::string& out) const {
  chunks_.begin_delta(0, out);
  out += R"("role":"assistant","content":"")";
  chunks_.end_delta(out);
}

bool AnthropicChunks::begin_thinking(std::uint64_t index) noexcept {
  return blocks_.begin_thinking(index) != nullptr;
}

// The input of a call comes with its begin or, as a rule, in pieces behind that.
bool AnthropicChunks::begin_tool(std::uint64_t index, const chat_answer::ToolCall& call,
                                 std::string& out) {
  Block* const block = blocks_.begin_tool(index);
  if (block == nullptr) return false;
  block->has_content = !call.arguments.empty() && !chat_answer::is_empty_object(call.arguments);
  const std::string id = chat_answer::call_id(call.id, chunks_.request_id(), 0, block->number);
  chunks_.begin_delta(0, out);
  out += R"("tool_calls":[)";
  chat_answer::append_tool_call(
      {.id = id,
       .name = call.name,
       .arguments = block->has_content ? call.arguments : std::string_view()},
      block->number, out);
  out += ']';
  chunks_.end_delta(out);
  return true;
}

void AnthropicChunks::add_text(std::string_view key, std::string_view text,
                               std::string& out) const {
  if (text.empty()) return;
  chunks_.begin_delta(0, out);
  chat_answer::append_text(key, text, out);
  chunks_.end_delta(out);
}

void AnthropicChunks::add_reasoning(std::string_view text, std::string& out) const {
  if (chunks_.shows_reasoning()) add_text("reasoning_content", text, out);
}

void AnthropicChunks::add_redacted(std::string_view data, std::string& out) {
  const std::size_t number = blocks_.count_thought();
  if (!chunks_.shows_reasoning()) return;
  chunks_.begin_delta(0, out);
  out += R"("thinking_blocks":[)";
  chat_answer::append_redacted(data, number, out);
  out += ']';
  chunks_.end_delta(out);
}

// Clients join texts of the same place, so that a second one would spoil the first.
void AnthropicChunks::add_signature(std::uint64_t index, std::string_view signature,
                                    std::string& out) {
  Block* const block = blocks_.find(index);
  if (block == nullptr || block->is_tool || block->has_content || signature.empty()) return;
  block->has_content = true;
  if (!chunks_.shows_reasoning()) return;
  chunks_.begin_delta(0, out);
  out += R"("thinking_blocks":[)";
  chat_answer::append_thinking("", signature, block->number, out);
  out += ']';
  chunks_.end_delta(out);
}

// The provider's own tools get arguments, too: those have no open call here.
void AnthropicChunks::add_arguments(std::uint64_t index, std::string_view json, std::string& out) {
  Block* const block = blocks_.find(index);
  if (block == nullptr || !block->is_tool || json.empty()) return;
  block->has_content = true;
  chunks_.begin_delta(0, out);
  chat_answer::append_arguments(json, block->number, out);
  chunks_.end_delta(out);
}

void AnthropicChunks::end_block(std::uint64_t index, std::string& out) {
  Block* const block = blocks_.find(index);
  if (block == nullptr) return;
  complete_arguments(*block, out);
  blocks_.close(*block);
}

// A client that holds an empty text in place of arguments fails with the next turn.
void AnthropicChunks::complete_arguments(const Block& block, std::string& out) const {
  if (!block.is_tool || block.has_content) return;
  chunks_.begin_delta(0, out);
  chat_answer::append_arguments("{}", block.number, out);
  chunks_.end_delta(out);
}

void AnthropicChunks::end_blocks(std::string& out) {
  for (const Block& each : blocks_.open()) complete_arguments(each, out);
  blocks_.close_all();
}

}  // namespace llmgw::proxy
