// SPDX-License-Identifier: MIT
// PURE: what Google's clients say of Gemini in a chat completion: `extra_body.google`.
#pragma once

#include <string>
#include <string_view>

#include "proxy/provider/chat/losses.hpp"

namespace llmgw::proxy::gemini {

/// Values as they are written; empty: absent or null.
struct GeminiExtensions {
  /// The member of the request that holds them.
  static constexpr std::string_view name = "extra_body";

  std::string_view thinking_config;  ///< an object
  std::string_view safety_settings;  ///< an array
  std::string_view cached_content;   ///< a string
};

/// `extra_body`: as it is written; empty: none. Names what nobody knows. False: rejected.
bool read_extensions(std::string_view extra_body, chat::Losses& losses,
                     GeminiExtensions& extensions);

/// Appends `safetySettings` and `cachedContent` to an object that is open.
void append_extensions(const GeminiExtensions& extensions, std::string& out);

}  // namespace llmgw::proxy::gemini
