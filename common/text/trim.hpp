// SPDX-License-Identifier: MIT
// PURE: text without the blanks and tabs around it, which HTTP calls optional white space (RFC 9110
// section 5.6.3).
#pragma once

#include <string_view>

namespace llmgw {

constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace llmgw
