// SPDX-License-Identifier: MIT
// PURE: parts of content as blocks: text, images and documents.
#pragma once

#include "proxy/provider/anthropic/turn_writer.hpp"
#include "proxy/provider/chat/message.hpp"

namespace llmgw::proxy::anthropic {

/// False: rejected, as audio is. Nothing is fetched: the provider does that.
bool write_part(const chat::ChatPart& part, chat::Losses& losses, BlockWriter& blocks);

}  // namespace llmgw::proxy::anthropic
