// SPDX-License-Identifier: MIT
// PURE: the content blocks of a streamed message that are still open.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace llmgw::proxy {

/// Anthropic numbers all blocks of a message; OpenAI's clients know the number of a call among the
/// calls, and that of a thinking block among those. Holds a fixed number of blocks.
class AnthropicBlocks {
 public:
  static constexpr std::size_t most_open = 128;
  static constexpr std::size_t most_tools = 128;  ///< of a message

  struct Block {
    std::uint64_t index = 0;   ///< in the message
    std::size_t number = 0;    ///< among its like
    bool is_tool = false;      ///< else: thinking
    bool has_content = false;  ///< arguments, or the signature, have come
  };

  /// Null: there are too many.
  Block* begin_tool(std::uint64_t index) noexcept;
  Block* begin_thinking(std::uint64_t index) noexcept;
  /// The number of a thinking block that is whole at once.
  std::size_t count_thought() noexcept { return thoughts_++; }
  /// The open block at that index, or null.
  Block* find(std::uint64_t index) noexcept;
  /// Forgets a block.
  void close(Block& block) noexcept;
  void close_all() noexcept { size_ = 0; }

  /// In the order in which they began.
  std::span<const Block> open() const noexcept { return {blocks_.data(), size_}; }

 private:
  Block* begin(const Block& block) noexcept;

  std::array<Block, most_open> blocks_{};
  std::size_t size_ = 0;
  std::size_t tools_ = 0;
  std::size_t thoughts_ = 0;
};

}  // namespace llmgw::proxy
