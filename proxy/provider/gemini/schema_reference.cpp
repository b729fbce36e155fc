// SPDX-License-Identifier: MIT
// A pointer is unescaped thrice: as a string of JSON, as a part of a URI, and by its own rules.
#include "proxy/provider/gemini/schema_reference.hpp"

#include <algorithm>
#include <charconv>

#include "common/json/scalar.hpp"
#include "common/text/bounded_string.hpp"
#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::gemini::schema {
namespace {

using Text = BoundedString<255>;

Text unescaped(std::string_view raw) noexcept {
  Text text;
  append_unescaped(raw, text);
  return text;
}

// Takes `%41` off the front of `text`; a `%` that is followed by no such digits is itself.
char take_uri_byte(std::string_view& text) noexcept {
  unsigned char byte = 0;
  const bool is_code =
      text.front() == '%' && text.size() >= 3 &&
      std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3;
  const char taken = is_code ? static_cast<char>(byte) : text.front();
  text.remove_prefix(is_code ? 3 : 1);
  return taken;
}

// The name that one step of a pointer stands for.
Text name_of(std::string_view step) noexcept {
  Text name;
  while (!step.empty()) {
    char byte = take_uri_byte(step);
    if (byte == '~' && !step.empty()) byte = take_uri_byte(step) == '1' ? '/' : '~';
    name.append({&byte, 1});
  }
  return name;
}

std::string_view member_called(std::string_view value, std::string_view name) noexcept {
  chat::JsonMembers members(value);
  for (JsonMember each; members.next(each);) {
    const bool is_plain = each.key.find('\\') == each.key.npos;
    if (is_plain ? each.key == name : unescaped(each.key) == name) return each.value;
  }
  return {};
}

std::string_view element_at(std::string_view value, std::string_view name) noexcept {
  std::size_t index = 0;
  const char* const last = name.data() + name.size();
  const auto [end, fault] = std::from_chars(name.data(), last, index);
  if (fault != std::errc() || end != last) return {};
  chat::JsonElements elements(value);
  std::string_view element;
  do {
    if (!elements.next(element)) return {};
  } while (index-- > 0);
  return element;
}

}  // namespace

std::string_view find_referenced(std::string_view document, std::string_view reference) noexcept {
  const Text whole = unescaped(reference);
  std::string_view pointer = whole.view();
  if (whole.is_cut() || !pointer.starts_with('#')) return {};
  pointer.remove_prefix(1);
  std::string_view found = document;
  while (!pointer.empty() && !found.empty()) {
    if (!pointer.starts_with('/')) return {};
    pointer.remove_prefix(1);
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    const Text name = name_of(step);
    found =
        found.starts_with('[') ? element_at(found, name.view()) : member_called(found, name.view());
  }
  return found;
}

}  // namespace llmgw::proxy::gemini::schema
