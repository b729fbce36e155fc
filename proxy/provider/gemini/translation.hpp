// SPDX-License-Identifier: MIT
// PURE: chat completions answered by Gemini's generateContent.
#pragma once

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

const Translation& gemini_translation() noexcept;

}  // namespace llmgw::proxy
