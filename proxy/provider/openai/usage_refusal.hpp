// SPDX-License-Identifier: MIT
// PURE: whether an error says that the upstream does not know how to be asked for usage.
#pragma once

#include <string_view>

namespace llmgw::proxy {

/// `text`: the body of the error, or its begin. True where `param` names the option, where a
/// validator's `loc` does, or where it is told in the words of a server that is known; never
/// because the name merely occurs, for that may be a client's doing.
bool refuses_usage_option(std::string_view text) noexcept;

}  // namespace llmgw::proxy
