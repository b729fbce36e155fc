// SPDX-License-Identifier: MIT
// PURE: blocks of thinking that a client sends back (`thinking_blocks` of a message).
#pragma once

#include <string_view>

#include "proxy/provider/anthropic/turn_writer.hpp"

namespace llmgw::proxy::anthropic {

/// Writes them in order, each by the bytes that the client has sent. One without a signature, or
/// with a broken one, is named and left out: the API refuses it. Returns whether one was written.
bool write_thinking_blocks(std::string_view blocks, chat::Losses& losses, BlockWriter& writer);

}  // namespace llmgw::proxy::anthropic
