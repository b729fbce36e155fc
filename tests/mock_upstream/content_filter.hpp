// SPDX-License-Identifier: MIT
// PURE: what Azure says of its content filter beside each text.
#pragma once

#include <string_view>

#include "tests/mock_upstream/json_access.hpp"

namespace llmgw::mock {

/// All categories, of which `filtered` alone has been found.
inline Json filter_results(std::string_view filtered = {}) {
  Json results;
  for (const char* category : {"hate", "self_harm", "sexual", "violence"}) {
    const bool found = filtered == category;
    results[category] = {{"filtered", found}, {"severity", found ? "high" : "safe"}};
  }
  return results;
}

/// The same of a request's only prompt, as answers carry it.
inline Json prompt_filter_results() {
  Json of_prompt = {{"prompt_index", 0}, {"content_filter_results", filter_results()}};
  return Json::array({std::move(of_prompt)});
}

}  // namespace llmgw::mock
