// SPDX-License-Identifier: MIT
// PURE: the endpoints that metrics tell apart, so that no client can make a label of its own.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace llmgw::proxy {

/// By path; what lies below one of them (`/v1/models/gpt-4o`) counts with it. The last one is all
/// others.
inline constexpr std::array<std::string_view, 16> endpoint_names{"/v1/chat/completions",
                                                                 "/v1/completions",
                                                                 "/v1/embeddings",
                                                                 "/v1/responses",
                                                                 "/v1/models",
                                                                 "/v1/audio/transcriptions",
                                                                 "/v1/audio/translations",
                                                                 "/v1/audio/speech",
                                                                 "/v1/images/generations",
                                                                 "/v1/images/edits",
                                                                 "/v1/moderations",
                                                                 "/v1/files",
                                                                 "/v1/messages",
                                                                 "/v1beta/models",
                                                                 "/openai",
                                                                 "other"};

constexpr std::size_t endpoint_number(std::string_view path) noexcept {
  std::size_t number = 0;
  for (; number + 1 < endpoint_names.size(); ++number) {
    const std::string_view name = endpoint_names[number];
    if (path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '/')) break;
  }
  return number;
}

}  // namespace llmgw::proxy
