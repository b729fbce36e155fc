// SPDX-License-Identifier: MIT
// PURE: names against lists of names.
#include "collector/reprice/repricer.hpp"

#include <algorithm>

namespace llmgw::collector {
namespace {

bool matches(std::string_view pattern, std::string_view text) noexcept {
  if (!pattern.ends_with('*')) return pattern == text;
  return text.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool has_match(const std::vector<std::string>& patterns, std::string_view text) noexcept {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(),
                     [text](const std::string& each) { return matches(each, text); });
}

}  // namespace

bool asks_for(const RepriceQuery& query, std::string_view provider, std::string_view model) {
  return has_match(query.providers, provider) && has_match(query.models, model);
}

}  // namespace llmgw::collector
