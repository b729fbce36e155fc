// SPDX-License-Identifier: MIT
// PURE: images, sound and files as parts of Gemini's contents. Nothing is fetched or decoded.
#pragma once

#include <string>

#include "proxy/provider/chat/losses.hpp"
#include "proxy/provider/chat/message.hpp"

namespace llmgw::proxy::gemini {

/// Appends the part that stands for `part`, which is no text: `inlineData`, or `fileData` that the
/// provider fetches. False: rejected, and nothing appended.
bool append_media_part(const chat::ChatPart& part, chat::Losses& losses, std::string& out);

}  // namespace llmgw::proxy::gemini
