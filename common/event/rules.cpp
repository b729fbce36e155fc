// SPDX-License-Identifier: MIT
// The one rule that is more than a type.
#include "common/event/rules.hpp"

#include <algorithm>

namespace llmgw::event_rules {

bool is_timestamp(std::string_view text) noexcept {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto matches = [&](std::string_view part, std::string_view pattern) {
    if (part.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (pattern[i] == 'd' ? !is_digit(part[i]) : part[i] != pattern[i]) return false;
    }
    return true;
  };
  if (!matches(text.substr(0, shape.size()), shape)) return false;
  if (text.substr(5, 2) > "12" || text.substr(8, 2) > "31" || text.substr(11, 2) > "23")
    return false;
  if (text.substr(14, 2) > "59" || text.substr(17, 2) > "60") return false;
  text.remove_prefix(shape.size());
  if (text.starts_with('.')) {
    const auto end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (end == 1) return false;
    text.remove_prefix(end);
  }
  return text == "Z" || matches(text, "+dd:dd") || matches(text, "-dd:dd");
}

}  // namespace llmgw::event_rules
