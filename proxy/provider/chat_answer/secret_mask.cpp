// SPDX-License-Identifier: MIT
// Keys are known by their first letters; what follows those is masked to the end of the word.
#include "proxy/provider/chat_answer/secret_mask.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace llmgw::proxy::chat_answer {
namespace {

constexpr std::array<std::string_view, 8> marks{"sk-",  "AIza",     "ya29.", "Bearer ",
                                                "key=", "api_key:", "xai-",  "gsk_"};
constexpr std::string_view mask = "***";
constexpr std::size_t shortest_secret = 8;

constexpr bool is_of_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.' || c == '+' || c == '/' || c == '=' || c == '~';
}

void mask_behind(std::string_view mark, std::string& text) {
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at)) {
    const bool begins_word = at == 0 || !is_of_word(text[at - 1]) || mark.back() == '=';
    at += mark.size();
    if (!begins_word) continue;
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = std::find_if_not(begin, text.end(), is_of_word);
    const auto size = static_cast<std::size_t>(end - begin);
    if (size >= shortest_secret) text.replace(at, size, mask);
  }
}

}  // namespace

void mask_secrets(std::string& text) {
  for (const std::string_view mark : marks) mask_behind(mark, text);
}

}  // namespace llmgw::proxy::chat_answer
