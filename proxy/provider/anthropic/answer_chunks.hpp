// SPDX-License-Identifier: MIT
// PURE: what the blocks of a streamed message of Anthropic become.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/provider/anthropic/answer_blocks.hpp"
#include "proxy/provider/chat_answer/chunk_writer.hpp"
#include "proxy/provider/chat_answer/message_parts.hpp"

namespace llmgw::proxy {

/// Appends whole chunks, or nothing. Texts are the insides of JSON strings; `index` is that of a
/// block in the message. False: there are too many blocks.
class AnthropicChunks {
 public:
  /// The writer outlives this.
  explicit AnthropicChunks(const chat_answer::ChunkWriter& chunks) noexcept : chunks_(chunks) {}

  void add_role(std::string& out) const;
  /// `key`: `content` or `refusal`.
  void add_text(std::string_view key, std::string_view text, std::string& out) const;

  bool begin_thinking(std::uint64_t index) noexcept;
  void add_reasoning(std::string_view text, std::string& out) const;
  void add_signature(std::uint64_t index, std::string_view signature, std::string& out);
  void add_redacted(std::string_view data, std::string& out);

  /// With the arguments, should they have come with the begin of the block.
  bool begin_tool(std::uint64_t index, const chat_answer::ToolCall& call, std::string& out);
  /// Of a block that is no call: nothing.
  void add_arguments(std::uint64_t index, std::string_view json, std::string& out);

  void end_block(std::uint64_t index, std::string& out);
  void end_blocks(std::string& out);

 private:
  using Block = AnthropicBlocks::Block;

  void complete_arguments(const Block& block, std::string& out) const;

  const chat_answer::ChunkWriter& chunks_;
  AnthropicBlocks blocks_;
};

}  // namespace llmgw::proxy
