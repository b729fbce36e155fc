// SPDX-License-Identifier: MIT
// PURE: the keywords of JSON Schema that Gemini's `Schema` knows, and those that become one of
// them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace llmgw::proxy::gemini::schema {

/// A type, as one bit of a set.
using Types = std::uint8_t;
enum Type : Types {
  string_type = 1,
  number_type = 2,
  integer_type = 4,
  boolean_type = 8,
  array_type = 16,
  object_type = 32,
  null_type = 64,
};

struct TypeName {
  Type type;
  std::string_view name;    ///< in JSON Schema
  std::string_view gemini;  ///< in `Schema`
};
inline constexpr std::array<TypeName, 7> type_names = {{
    {string_type, "string", "STRING"},
    {number_type, "number", "NUMBER"},
    {integer_type, "integer", "INTEGER"},
    {boolean_type, "boolean", "BOOLEAN"},
    {array_type, "array", "ARRAY"},
    {object_type, "object", "OBJECT"},
    {null_type, "null", "NULL"},
}};

/// How the value of a keyword is written.
enum class Form : std::uint8_t {
  text,        ///< as it is, if it is a string
  number,      ///< as it is, if it is a number
  list,        ///< as it is, if it is an array
  any,         ///< as it is
  type,        ///< in upper case
  nullable,    ///< once, however it was told
  literals,    ///< the texts of it
  literal,     ///< as a list of one
  schema,      ///< reduced
  properties,  ///< each value reduced
  variants,    ///< each reduced, as `anyOf`
  parts,       ///< not at all: of one alone the members are taken over
  reference,   ///< not at all: the members of what it refers to are
};

enum class Keyword : std::uint8_t {
  type,
  format,
  title,
  description,
  nullable,
  enumeration,
  constant,
  items,
  properties,
  required,
  property_ordering,
  min_items,
  max_items,
  min_length,
  max_length,
  min_properties,
  max_properties,
  minimum,
  maximum,
  pattern,
  default_value,
  example,
  any_of,
  one_of,
  all_of,
  reference,
};
inline constexpr std::size_t keyword_count = 26;

struct KeywordTraits {
  std::string_view name;
  Form form;
  Types of = 0;  ///< types that it says something of; 0: every one
};

/// In the order of Keyword.
inline constexpr std::array<KeywordTraits, keyword_count> keywords = {{
    {"type", Form::type},
    {"format", Form::text, string_type | number_type | integer_type},
    {"title", Form::text},
    {"description", Form::text},
    {"nullable", Form::nullable},
    {"enum", Form::literals, string_type},
    {"const", Form::literal, string_type},
    {"items", Form::schema, array_type},
    {"properties", Form::properties, object_type},
    {"required", Form::list, object_type},
    {"propertyOrdering", Form::list, object_type},
    {"minItems", Form::number, array_type},
    {"maxItems", Form::number, array_type},
    {"minLength", Form::number, string_type},
    {"maxLength", Form::number, string_type},
    {"minProperties", Form::number, object_type},
    {"maxProperties", Form::number, object_type},
    {"minimum", Form::number, number_type | integer_type},
    {"maximum", Form::number, number_type | integer_type},
    {"pattern", Form::text, string_type},
    {"default", Form::any},
    {"example", Form::any},
    {"anyOf", Form::variants},
    {"oneOf", Form::variants},
    {"allOf", Form::parts},
    {"$ref", Form::reference},
}};

constexpr const KeywordTraits& traits_of(Keyword keyword) noexcept {
  return keywords[static_cast<std::size_t>(keyword)];
}

/// `name` as JSON spells it, without quotes.
constexpr std::optional<Keyword> keyword_of(std::string_view name) noexcept {
  for (std::size_t at = 0; at < keywords.size(); ++at) {
    if (keywords[at].name == name) return static_cast<Keyword>(at);
  }
  return std::nullopt;
}

/// 0: no type of JSON Schema.
constexpr Types type_of(std::string_view name) noexcept {
  for (const TypeName& each : type_names) {
    if (each.name == name) return each.type;
  }
  return 0;
}

}  // namespace llmgw::proxy::gemini::schema
