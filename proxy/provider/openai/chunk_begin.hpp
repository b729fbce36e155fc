// SPDX-License-Identifier: MIT
// PURE: what a chunk whose rest never came shows of itself.
#pragma once

#include <cstddef>
#include <string_view>

namespace llmgw::proxy {

/// Of the begin of an event's data: how many bytes at its front stand whatever the rest would have
/// been, as judge_chunk() goes by. Nothing while it may be the chunk with the usage alone, which is
/// until it shows a choice, an error or something else that this chunk has not; otherwise all
/// before a `usage` member, or before what may be the begin of one.
std::size_t unasked_begin(std::string_view json) noexcept;

}  // namespace llmgw::proxy
