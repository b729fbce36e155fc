// SPDX-License-Identifier: MIT
// PURE: blocks of thinking that a client sends back (`thinking_blocks` of a message).
#pragma once

#include <string_view>

#include "proxy/provider/anthropic/turn_writer.hpp"

namespace llmgw::proxy::anthropic {

/// Writes them in order, each by the bytes that the client has sent. `reasoning`: the message's
/// `reasoning_content`, where a client that has read a stream has the text of its one block; either
/// is JSON text, empty if absent. A block without a signature, with a broken one, or whose text
/// cannot be told from another's is named and left out: the API refuses it. Returns whether one was
/// written.
bool write_thinking_blocks(std::string_view blocks, std::string_view reasoning,
                           chat::Losses& losses, BlockWriter& writer);

}  // namespace llmgw::proxy::anthropic
