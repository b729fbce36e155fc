// SPDX-License-Identifier: MIT
// PURE: error bodies in the form of each dialect.
#pragma once

#include <string>
#include <string_view>

#include "tests/mock_upstream/call.hpp"

namespace llmgw::mock {

/// What an error is about, where there is more to say than a message.
struct ErrorDetail {
  std::string field;   ///< Gemini: the faulty member
  std::string reason;  ///< Gemini: a machine-readable word
};

/// A whole body. `call` says the dialect, and how long one is to wait on a 429.
std::string error_body(const Call& call, int status, std::string_view message,
                       const ErrorDetail& detail = {});

/// The JSON of an error inside a stream, whose kind is that of the status the behaviour names
/// (`otherwise` if it names none).
Json stream_error(const Call& call, int otherwise);

/// Azure's refusal of a prompt that its filter has stopped, as body of a 400.
std::string filtered_prompt(std::string_view category);

}  // namespace llmgw::mock
