// SPDX-License-Identifier: MIT
// PURE: what the values of some keywords say, before anything is written.
#pragma once

#include <cstddef>
#include <string_view>

#include "proxy/provider/gemini/schema_keywords.hpp"
#include "proxy/provider/gemini/schema_node.hpp"

namespace llmgw::proxy::gemini::schema {

/// Of a type, or of a list of them.
Types types_of(std::string_view value) noexcept;

/// A list of alternatives.
struct Variants {
  std::string_view last;  ///< of those that are not null
  std::size_t count = 0;  ///< of those that are not null
  bool has_null = false;
};
Variants variants_of(std::string_view list) noexcept;
bool is_null_schema(std::string_view value) noexcept;

/// The only element of a list; empty if it has more, or none.
std::string_view lone_element(std::string_view list) noexcept;

/// What a schema allows by its type and its literals.
struct Shape {
  Types types = 0;           ///< without null beside another; 0: nothing is said of them
  bool is_split = false;     ///< several types, to be told as alternatives
  bool is_nullable = false;  ///< told by any of the ways to tell it
  bool has_texts = false;    ///< by `const` or `enum` there are only these texts
};
Shape shape_of(const Node& node) noexcept;

}  // namespace llmgw::proxy::gemini::schema
