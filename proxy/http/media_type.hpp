// SPDX-License-Identifier: MIT
// PURE: what a value of Content-Type says (RFC 9110 section 8.3.1).
#pragma once

#include <string_view>

namespace llmgw::http {

/// The media type of a value of Content-Type, without its parameters and the white space around it.
/// Empty if there is none.
std::string_view media_type(std::string_view content_type) noexcept;

/// Whether a value of Content-Type names `application/json`, or any type with the suffix `+json`
/// (RFC 6839 section 3.1).
bool is_json(std::string_view content_type) noexcept;

/// Whether a value of Content-Type names `text/event-stream`.
bool is_event_stream(std::string_view content_type) noexcept;

}  // namespace llmgw::http
