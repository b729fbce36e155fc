// SPDX-License-Identifier: MIT
// Two numbers behind a name.
#include "proxy/provider/anthropic/token_limit.hpp"

#include <algorithm>

#include "common/text/quantity.hpp"

namespace llmgw::proxy::anthropic {
namespace {

bool take(std::string_view& text, std::string_view words) noexcept {
  if (!text.starts_with(words)) return false;
  text.remove_prefix(words.size());
  return true;
}

// The digits at the front of `text`; nothing for none, and for more than a number holds.
std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
  constexpr std::string_view digits = "0123456789";
  const std::size_t size = std::min(text.find_first_not_of(digits), text.size());
  const auto number = parse_integer(text.substr(0, size));
  text.remove_prefix(size);
  return number;
}

}  // namespace

std::optional<std::uint64_t> legal_max_tokens(std::string_view message,
                                              std::uint64_t sent) noexcept {
  if (!take(message, "max_tokens: ") || take_number(message) != sent || !take(message, " > "))
    return std::nullopt;
  const auto legal = take_number(message);
  const bool is_over = message.empty() || message.front() == ',' || message.front() == ' ';
  if (!legal || !is_over || *legal == 0 || *legal >= sent) return std::nullopt;
  return legal;
}

}  // namespace llmgw::proxy::anthropic
