// SPDX-License-Identifier: MIT
// PURE: the largest legal `max_tokens` in the words by which Anthropic refuses a larger one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace llmgw::proxy::anthropic {

/// `message`: of the error, as in `max_tokens: 1000000 > 64000, which is the maximum allowed number
/// of output tokens for claude-sonnet-4-20250514`; that begin of it counts. `sent`: the limit of
/// the request. From 1 on and less than that; nothing where the message says anything else, or is
/// about another number than was sent, as one is that a client has had a hand in.
std::optional<std::uint64_t> legal_max_tokens(std::string_view message,
                                              std::uint64_t sent) noexcept;

}  // namespace llmgw::proxy::anthropic
