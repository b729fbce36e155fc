// SPDX-License-Identifier: MIT
// An echo of the prompt, or as many letters as asked for.
#include "tests/mock_upstream/content.hpp"

#include <nlohmann/json.hpp>

namespace llmgw::mock {
namespace {

std::string echo_of(const Prompt& prompt, const Behaviour& behaviour) {
  if (behaviour.json) {
    const nlohmann::json object = {{"echo", prompt.last_user_text}};
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  std::string text = "echo: " + prompt.last_user_text;
  if (behaviour.results) {
    for (const std::string& result : prompt.results) text += " " + result;
  }
  if (prompt.image_sizes.empty()) return text;
  text += " [images: " + std::to_string(prompt.image_sizes.size()) + ", url lengths:";
  for (const std::size_t size : prompt.image_sizes) text += " " + std::to_string(size);
  return text + "]";
}

std::vector<std::string> split_words(std::string_view text) {
  constexpr std::string_view white_space = " \t\r\n\v\f";
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t start = text.find_first_not_of(white_space);
    const std::size_t end = start == text.npos ? start : text.find_first_of(white_space, start);
    words.emplace_back(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end);
  }
  return words;
}

std::string letters(std::size_t from, std::size_t count) {
  std::string text(count, ' ');
  for (char& each : text) each = static_cast<char>('a' + from++ % 26);
  return text;
}

}  // namespace

Content::Content(const Prompt& prompt, const Behaviour& behaviour)
    : words_(split_words(echo_of(prompt, behaviour))), size_(behaviour.size) {
  count_ = behaviour.chunks.value_or(size_ ? 1 : words_.size());
}

std::string Content::piece(std::size_t index) const {
  if (size_) return letters(index, *size_);
  if (index >= words_.size()) return " w" + std::to_string(index);
  std::string text = words_[index];
  if (index + 1 != count_) return text;
  for (std::size_t rest = count_; rest < words_.size(); ++rest) text += words_[rest];
  return text;
}

std::string Content::whole() const {
  std::string text;
  for (std::size_t index = 0; index < count_; ++index) text += piece(index);
  return text;
}

}  // namespace llmgw::mock
