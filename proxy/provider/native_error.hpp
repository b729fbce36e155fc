// SPDX-License-Identifier: MIT
// PURE: the gateway's own errors as clients of other APIs than OpenAI's read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace llmgw::proxy {

/// Whose form of an error.
enum class NativeErrorForm : std::uint8_t { anthropic, gemini };

struct NativeError {
  int status;                                         ///< 400 to 599
  std::string_view message;                           ///< what is no UTF-8 in it is replaced
  std::string_view request_id = {};                   ///< the gateway's
  std::optional<std::chrono::nanoseconds> wait = {};  ///< for which asking again is of no use
};

/// `{"type":"error","error":{"type","message"},"request_id"}` or
/// `{"error":{"code","message","status"}}`, the latter with `details` that tell of the wait;
/// without a line break. The kind follows from the status: of all errors that the gateway makes,
/// those of one status are of one kind in these forms.
std::string native_error_body(NativeErrorForm form, const NativeError& error);

}  // namespace llmgw::proxy
