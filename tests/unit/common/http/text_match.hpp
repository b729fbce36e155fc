// SPDX-License-Identifier: MIT
// Expectations on parts of a text that show the text when they fail.
#pragma once

#include <gtest/gtest.h>

#include <string_view>

namespace llmgw::http {

inline testing::AssertionResult starts(std::string_view text, std::string_view with) {
  if (text.starts_with(with)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << text.substr(0, 500);
}
inline testing::AssertionResult ends(std::string_view text, std::string_view with) {
  if (text.ends_with(with)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << text.substr(0, 500);
}
inline testing::AssertionResult has(std::string_view text, std::string_view part) {
  if (text.find(part) != text.npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << text.substr(0, 500);
}

}  // namespace llmgw::http
