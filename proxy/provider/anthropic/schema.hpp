// SPDX-License-Identifier: MIT
// PURE: JSON schemas of answers in the form that Anthropic takes: few keywords, objects closed;
// what a keyword beyond those would have said is told to the model in the description.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmgw::proxy::anthropic {

enum class SchemaFate : unsigned char {
  mapped,
  closed,   ///< mapped, and an object that was open on purpose is closed now
  refused,  ///< it is no schema, demands nothing, or is too deep or too long; something was
            ///< appended
};

/// Levels of schemas within schemas, and bytes of the whole: each level is read again.
inline constexpr unsigned deepest_schema = 48;
inline constexpr std::size_t longest_schema = 1 << 20;

/// Appends the schema, an object in JSON as it is written. The order of members is kept.
SchemaFate append_schema(std::string_view schema, std::string& out);

}  // namespace llmgw::proxy::anthropic
