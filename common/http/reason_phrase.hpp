// SPDX-License-Identifier: MIT
// PURE: the words behind a status code (RFC 9110 section 15).
#pragma once

#include <string_view>

namespace llmgw::http {

/// The standard reason phrase of a status; empty for one that has none.
std::string_view reason_phrase(int status) noexcept;

}  // namespace llmgw::http
