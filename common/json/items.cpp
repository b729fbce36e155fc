// SPDX-License-Identifier: MIT
// Slices by JsonReader, which passes over values without keeping anything.
#include "common/json/items.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "common/json/scalar.hpp"

namespace llmgw::json_items {
namespace {

constexpr std::string_view blank_characters = " \t\n\r\f\v";

// Takes one character off the inside of a string and tells whether it is white space.
bool take_blank(std::string_view& inside) noexcept {
  if (inside.front() != '\\') {
    const bool is_blank = blank_characters.find(inside.front()) != std::string_view::npos;
    inside.remove_prefix(1);
    return is_blank;
  }
  const Utf8Character character = take_escape(inside);
  return character.size == 1 && blank_characters.find(character.bytes[0]) != std::string_view::npos;
}

std::string_view between(const char* from, const char* to) noexcept {
  return {from, static_cast<std::size_t>(to - from)};
}

}  // namespace

bool is_json(std::string_view text) noexcept {
  const Reader reader(text);
  const char* const end = reader.value(reader.blanks(reader.begin()));
  return end != nullptr && reader.remaining(reader.blanks(end)) == 0;
}

JsonKind kind_of(std::string_view value) noexcept {
  switch (value.front()) {
    case '"': return JsonKind::text;
    case '{': return JsonKind::object;
    case '[': return JsonKind::array;
    case 't': return JsonKind::yes;
    case 'f': return JsonKind::no;
    case 'n': return JsonKind::null;
    default: return JsonKind::number;
  }
}

bool is_vacant(std::string_view value) noexcept {
  if (is_nothing(value) || value == "\"\"") return true;
  const JsonKind kind = kind_of(value);
  if (kind != JsonKind::object && kind != JsonKind::array) return false;
  const Reader reader(value);
  return reader.remaining(reader.blanks(reader.begin() + 1)) == 1;
}

std::optional<std::string_view> inside_of(std::string_view value) noexcept {
  if (!is_kind(value, JsonKind::text) || value.size() < 2) return std::nullopt;
  return value.substr(1, value.size() - 2);
}

bool is_text(std::string_view inside, std::string_view text) {
  constexpr std::size_t longest_character = 6;  // as an escape
  if (inside.find('\\') == inside.npos) return inside == text;
  return inside.size() <= text.size() * longest_character && decoded(inside) == text;
}

bool is_string(std::string_view value, std::string_view text) {
  const auto inside = inside_of(value);
  return inside && is_text(*inside, text);
}

void append_decoded(std::string_view inside, std::string& out) {
  while (!inside.empty()) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    out.append(inside.substr(0, plain));
    inside.remove_prefix(plain);
    if (inside.empty()) return;
    const Utf8Character character = take_escape(inside);
    out.append(character.bytes, character.size);
  }
}

std::string decoded(std::string_view inside) {
  std::string text;
  append_decoded(inside, text);
  return text;
}

bool is_blank(std::string_view inside) noexcept {
  while (!inside.empty()) {
    if (!take_blank(inside)) return false;
  }
  return true;
}

std::string_view without_blank_end(std::string_view inside) noexcept {
  std::size_t end = 0;
  for (std::string_view rest = inside; !rest.empty();) {
    if (!take_blank(rest)) end = inside.size() - rest.size();
  }
  return inside.substr(0, end);
}

std::optional<double> number_of(std::string_view value) noexcept {
  if (!is_kind(value, JsonKind::number)) return std::nullopt;
  double number = 0;
  const char* const last = value.data() + value.size();
  const auto [end, fault] = std::from_chars(value.data(), last, number);
  if (fault != std::errc() || end != last) return std::nullopt;
  return number;
}

JsonMembers::JsonMembers(std::string_view object) noexcept
    : reader_(object), at_(reader_.token(reader_.begin(), '{')) {}

bool JsonMembers::next(JsonMember& member) noexcept {
  if (at_ == nullptr) return false;
  const char* const end = reader_.member(reader_.blanks(at_), member);
  if (end == nullptr) return false;  // the object is empty
  at_ = reader_.token(reader_.blanks(end), ',');
  return true;
}

JsonElements::JsonElements(std::string_view array) noexcept
    : reader_(array), at_(reader_.token(reader_.begin(), '[')) {}

bool JsonElements::next(std::string_view& element) noexcept {
  if (at_ == nullptr) return false;
  const char* const from = reader_.blanks(at_);
  const char* const end = reader_.value(from);
  if (end == nullptr) return false;  // the array is empty
  element = between(from, end);
  at_ = reader_.token(reader_.blanks(end), ',');
  return true;
}

std::string_view member_of(std::string_view object, std::string_view name) {
  std::string_view found;
  JsonMembers members(object);
  for (JsonMember each; members.next(each);) {
    if (is_text(each.key, name)) found = each.value;
  }
  return found;
}

}  // namespace llmgw::json_items
