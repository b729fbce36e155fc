// SPDX-License-Identifier: MIT
// PURE: chat completions answered by Anthropic's Messages.
#pragma once

#include "proxy/provider/translation.hpp"

namespace llmgw::proxy {

const Translation& anthropic_translation() noexcept;

}  // namespace llmgw::proxy
