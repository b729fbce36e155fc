// SPDX-License-Identifier: MIT
// PURE: what the mock signs its thoughts and calls with. A signature is made of what it signs, so
// that one on the wrong block or altered on the way is found out.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::mock {

/// Base64 with `+` and `/` in it now and then, as providers' are.
std::string signature_of(std::string_view text);

}  // namespace llmgw::mock
