// SPDX-License-Identifier: MIT
// PURE: what lies in JSON text that was found to be JSON as a whole, as slices of that text.
//
//   JsonMembers members(object);
//   for (JsonMember each; members.next(each);)
//     if (is_text(each.key, "role")) ...
//
// Nothing is decoded or copied unless the name of a function says so: "inside" is what stands
// between the quotes of a string, escapes as they are, and is written elsewhere as it stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/json/reader.hpp"
#include "common/json/value.hpp"

namespace llmgw::json_items {

using Reader = JsonReader<JsonForm::any>;

/// Whether all of the text is one value, with or without white space around it.
bool is_json(std::string_view text) noexcept;

/// By its first byte. `value`: without white space before it, not empty.
JsonKind kind_of(std::string_view value) noexcept;
inline bool is_kind(std::string_view value, JsonKind kind) noexcept {
  return !value.empty() && kind_of(value) == kind;
}
/// Missing, or null.
inline bool is_nothing(std::string_view value) noexcept { return value.empty() || value == "null"; }
/// Missing, null, or an array or object without anything inside, or "".
bool is_vacant(std::string_view value) noexcept;

/// The inside of a string; nothing of any other value.
std::optional<std::string_view> inside_of(std::string_view value) noexcept;

/// Whether the inside of a string stands for that text.
bool is_text(std::string_view inside, std::string_view text);
/// Whether a value is a string that stands for that text.
bool is_string(std::string_view value, std::string_view text);

/// Appends what the inside of a string stands for. Halves of surrogate pairs become U+FFFD.
void append_decoded(std::string_view inside, std::string& out);
std::string decoded(std::string_view inside);

/// Whether the inside of a string stands for white space alone, or for nothing.
bool is_blank(std::string_view inside) noexcept;
/// The inside of a string without the white space at the end of what it stands for.
std::string_view without_blank_end(std::string_view inside) noexcept;

/// A number's value; nothing for any other value, and for numbers that no double holds.
std::optional<double> number_of(std::string_view value) noexcept;

/// The members of an object, one after the other; of any other value: none.
class JsonMembers {
 public:
  explicit JsonMembers(std::string_view object) noexcept;
  bool next(JsonMember& member) noexcept;

 private:
  Reader reader_;
  const char* at_;
};

/// The elements of an array, one after the other; of any other value: none.
class JsonElements {
 public:
  explicit JsonElements(std::string_view array) noexcept;
  bool next(std::string_view& element) noexcept;

 private:
  Reader reader_;
  const char* at_;
};

/// The value of a member, of the last one of that name; empty: there is none. `{}` and null differ
/// from that.
std::string_view member_of(std::string_view object, std::string_view name);

}  // namespace llmgw::json_items
