// SPDX-License-Identifier: MIT
// Few blocks are open at a time, so they are searched one after another.
#include "proxy/provider/anthropic/answer_blocks.hpp"

#include <algorithm>

namespace llmgw::proxy {

AnthropicBlocks::Block* AnthropicBlocks::begin(const Block& block) noexcept {
  if (size_ == most_open) return nullptr;
  blocks_[size_] = block;
  return &blocks_[size_++];
}

AnthropicBlocks::Block* AnthropicBlocks::begin_tool(std::uint64_t index) noexcept {
  if (tools_ == most_tools) return nullptr;
  return begin({.index = index, .number = tools_++, .is_tool = true});
}

AnthropicBlocks::Block* AnthropicBlocks::begin_thinking(std::uint64_t index) noexcept {
  return begin({.index = index, .number = thoughts_++});
}

AnthropicBlocks::Block* AnthropicBlocks::find(std::uint64_t index) noexcept {
  Block* const end = blocks_.data() + size_;
  Block* const found =
      std::find_if(blocks_.data(), end, [index](const Block& each) { return each.index == index; });
  return found == end ? nullptr : found;
}

void AnthropicBlocks::close(Block& block) noexcept {
  std::move(&block + 1, blocks_.data() + size_, &block);
  --size_;
}

}  // namespace llmgw::proxy
