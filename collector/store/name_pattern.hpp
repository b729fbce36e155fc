// SPDX-License-Identifier: MIT
// PURE: names as commands are given them: exact, or a prefix with `*` at its end.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace llmgw::collector {

inline bool fits(std::string_view pattern, std::string_view name) noexcept {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

/// Without patterns any name does.
inline bool fits_any(const std::vector<std::string>& patterns, std::string_view name) noexcept {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(),
                     [name](const std::string& each) { return fits(each, name); });
}

}  // namespace llmgw::collector
