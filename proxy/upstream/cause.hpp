// SPDX-License-Identifier: MIT
// PURE: why an attempt failed, in the words of the settings.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "proxy/http/head.hpp"
#include "proxy/upstream/verdict.hpp"

namespace llmgw::proxy {

/// The status by which a provider refuses the gateway's own key (RFC 9110 section 15.5.2).
inline constexpr int key_refused = 401;

/// Of an attempt without an answer; none where it is the client's doing.
Cause cause_of(const Failure& failure, bool is_sent) noexcept;

/// Of an answer, as far as its status tells.
Cause cause_of_status(int status) noexcept;

/// Whether the text of an answer with that status decides whether it is one of these.
bool is_cause_in_text(int status, Causes causes) noexcept;

/// The cause of such an answer, with what its text says: a quota that is spent is the key's, and
/// one request that is too long is another target's to try.
Cause cause_of_error(int status, std::string_view text) noexcept;

/// How long the answer asks to be left alone: Retry-After-Ms, else Retry-After as a number of
/// seconds (RFC 9110 section 10.2.3). Nothing where it does not say so, or says a date: clocks
/// differ.
std::optional<std::chrono::nanoseconds> wait_of(const http::ResponseHead& head) noexcept;

}  // namespace llmgw::proxy
