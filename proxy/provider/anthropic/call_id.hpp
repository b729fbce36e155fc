// SPDX-License-Identifier: MIT
// PURE: ids of calls as Anthropic takes them: `^[a-zA-Z0-9_-]{1,64}$`.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::proxy::anthropic {

/// The same id yields the same, so that a call and its result still belong together. What other
/// gateways have hung on it (`__thought__...`) is cut off.
std::string call_id_of(std::string_view id);

}  // namespace llmgw::proxy::anthropic
