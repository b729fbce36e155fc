// SPDX-License-Identifier: MIT
// PURE: what of an upstream's head a client is told though the answer is translated.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http/head.hpp"
#include "proxy/provider/rate_limits.hpp"

namespace llmgw::proxy::chat_answer {

/// A field that owns its value.
struct AnswerField {
  std::string_view name;  ///< a constant
  std::string value;
};

/// Copied, for the head is gone before the answer's own is written.
struct UpstreamHead {
  /// How long to leave it alone, by Retry-After-Ms or else Retry-After; a date says nothing, as
  /// clocks differ, and neither does what stands on an answer that is no error.
  std::optional<std::chrono::milliseconds> wait = {};
  bool has_milliseconds = false;       ///< the wait is told to the millisecond
  std::string_view should_retry = {};  ///< `true` or `false`; empty: it says neither
  std::string date = {};
  std::string request_id = {};
  RateLimits limits = {};
};

UpstreamHead read_upstream_head(const http::ResponseHead& head, const RateLimits& limits);

/// Appends the fields of an answer with this status, in the names that OpenAI has for them. A wait
/// is told where it is an instruction alone: with 429 and 503.
void append_fields(const UpstreamHead& head, int status, std::vector<AnswerField>& out);

}  // namespace llmgw::proxy::chat_answer
