// SPDX-License-Identifier: MIT
// PURE: looking into JSON that a peer sent, whatever it holds instead of what was expected.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace llmgw::mock {

/// Keys in the order in which they are written, as providers' answers have a steady order too.
using Json = nlohmann::ordered_json;

/// The member of that name; null where there is none, or `object` is none.
inline const Json& at(const Json& object, std::string_view key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

/// Whether the member is there, were it null.
inline bool has(const Json& object, std::string_view key) {
  return object.is_object() && object.find(key) != object.end();
}

inline std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

inline bool is_true(const Json& value) { return value.is_boolean() && value.get<bool>(); }

/// A whole number, and `otherwise` for anything else.
inline std::int64_t whole_of(const Json& value, std::int64_t otherwise) {
  return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

inline double number_of(const Json& value, double otherwise) {
  return value.is_number() ? value.get<double>() : otherwise;
}

}  // namespace llmgw::mock
