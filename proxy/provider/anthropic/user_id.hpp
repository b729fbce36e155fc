// SPDX-License-Identifier: MIT
// PURE: `metadata.user_id`, which must not tell who a person is.
#pragma once

#include <string_view>

namespace llmgw::proxy::anthropic {

/// Whether a text may be sent: up to 512 bytes that look neither like an address of mail nor like a
/// number of a telephone.
bool is_opaque_user(std::string_view user) noexcept;

}  // namespace llmgw::proxy::anthropic
