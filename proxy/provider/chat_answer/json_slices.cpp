// SPDX-License-Identifier: MIT
// One pass over a value for each level that is looked into.
#include "proxy/provider/chat_answer/json_slices.hpp"

#include <algorithm>

#include "common/json/escape.hpp"
#include "common/json/scalar.hpp"

namespace llmgw::proxy::chat_answer {
namespace {

void note(const JsonMember& member, std::span<const std::string_view> names,
          std::span<std::string_view> values) noexcept {
  const auto found = std::ranges::find(names, member.key);
  if (found == names.end()) return;
  values[static_cast<std::size_t>(found - names.begin())] =
      member.value == "null" ? std::string_view() : member.value;
}

bool ends_behind(const SliceReader& reader, const char* at) noexcept {
  return reader.remaining(reader.blanks(at)) == 0;
}

}  // namespace

bool read_members(std::string_view text, std::span<const std::string_view> names,
                  std::span<std::string_view> values) noexcept {
  const SliceReader reader(text);
  const char* at = reader.token(reader.blanks(reader.begin()), '{');
  if (at == nullptr) return false;
  at = reader.blanks(at);
  if (reader.peek(at) == '}') return ends_behind(reader, at + 1);
  for (JsonMember member;;) {
    at = reader.member(at, member);
    if (at == nullptr) return false;
    note(member, names, values);
    at = reader.blanks(at);
    if (reader.peek(at) == '}') return ends_behind(reader, at + 1);
    at = reader.token(at, ',');
    if (at == nullptr) return false;
    at = reader.blanks(at);
  }
}

bool is_empty_object(std::string_view value) noexcept {
  const SliceReader reader(value);
  const char* const at = reader.token(reader.begin(), '{');
  return at != nullptr && reader.peek(reader.blanks(at)) == '}';
}

// Stands behind the bracket, or behind the comma of the element before.
JsonElements::JsonElements(std::string_view text) noexcept
    : reader_(text), at_(reader_.token(reader_.blanks(reader_.begin()), '[')) {
  if (at_ == nullptr) return;
  at_ = reader_.blanks(at_);
  if (reader_.peek(at_) == ']') end_at(at_);
}

bool JsonElements::end_at(const char* bracket) noexcept {
  is_ended_ = ends_behind(reader_, bracket + 1);
  at_ = nullptr;
  return is_ended_;
}

std::optional<std::string_view> JsonElements::next() noexcept {
  if (at_ == nullptr) return std::nullopt;
  const char* const from = reader_.blanks(at_);
  const char* const to = reader_.value(from);
  at_ = nullptr;
  if (to == nullptr) return std::nullopt;
  const std::string_view element(from, static_cast<std::size_t>(to - from));
  const char* const behind = reader_.blanks(to);
  if (reader_.peek(behind) == ']') return end_at(behind) ? std::optional(element) : std::nullopt;
  at_ = reader_.token(behind, ',');
  return at_ == nullptr ? std::nullopt : std::optional(element);
}

std::string_view text_of(std::string_view value) noexcept {
  if (value.size() < 2 || value.front() != '"') return {};
  return value.substr(1, value.size() - 2);
}

std::optional<std::uint64_t> count_of(std::string_view value) noexcept {
  const bool is_number = !value.empty() && value.front() >= '0' && value.front() <= '9';
  const auto count = is_number ? parse_count(value) : std::nullopt;
  if (!count) return std::nullopt;
  return static_cast<std::uint64_t>(*count);
}

std::string unescaped(std::string_view raw, std::size_t most) {
  std::string text;
  while (!raw.empty() && text.size() <= most) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    text += raw.substr(0, std::min(plain, most + 1));
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    const Utf8Character character = take_escape(raw);
    text.append(character.bytes, character.size);
  }
  text.resize(bounded(text, most).size());
  return text;
}

}  // namespace llmgw::proxy::chat_answer
