// SPDX-License-Identifier: MIT
// PURE: Anthropic's errors in OpenAI's form.
#pragma once

#include <optional>
#include <string_view>

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

/// Of an answer with this status, which is not 2xx, and any body.
TranslatedError anthropic_error(int status, std::string_view body);

/// Of an event or body that says so itself, whose status was good.
TranslatedError anthropic_error_event(std::string_view event);

/// The same of a body that may be an answer; nothing if it is no error.
std::optional<TranslatedError> anthropic_error_in_answer(std::string_view body);

}  // namespace llmgw::proxy
