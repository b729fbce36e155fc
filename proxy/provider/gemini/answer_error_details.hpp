// SPDX-License-Identifier: MIT
// PURE: what Gemini tells of an error beside its message.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace llmgw::proxy {

struct GeminiErrorDetails {
  std::string_view reason = {};  ///< as the inside of a JSON string
  std::string_view param = {};   ///< the client's name for what was wrong; empty: not known
  std::optional<std::uint64_t> retry_after_ms = {};
};

/// `details`: the array of a body; anything else tells nothing.
GeminiErrorDetails read_gemini_error_details(std::string_view details) noexcept;

}  // namespace llmgw::proxy
