// SPDX-License-Identifier: MIT
// PURE: the arguments of a call, which are JSON text within a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace llmgw::proxy::chat {

/// Appends the object that the inside of a string stands for: unescaped once, and then byte for
/// byte. `{}` for nothing but white space. False, and nothing appended, for all that is not one
/// JSON object.
bool append_arguments(std::string_view inside, std::string& out);

}  // namespace llmgw::proxy::chat
