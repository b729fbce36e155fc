// SPDX-License-Identifier: MIT
// By what such texts are made of; in doubt it is not sent.
#include "proxy/provider/anthropic/user_id.hpp"

#include <algorithm>

namespace llmgw::proxy::anthropic {
namespace {

constexpr std::size_t longest = 512;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool looks_like_telephone(std::string_view text) noexcept {
  constexpr std::ptrdiff_t fewest_digits = 7;
  constexpr std::string_view between = "+-(). /";
  const bool is_of_digits = std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || (c != '\0' && between.find(c) != between.npos);
  });
  return is_of_digits && std::count_if(text.begin(), text.end(), is_digit) >= fewest_digits;
}

}  // namespace

bool is_opaque_user(std::string_view user) noexcept {
  return user.size() <= longest && user.find('@') == user.npos && !looks_like_telephone(user);
}

}  // namespace llmgw::proxy::anthropic
