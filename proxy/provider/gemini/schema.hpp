// SPDX-License-Identifier: MIT
// PURE: JSON schemas as Gemini takes them: nearly as they are, or reduced to what its older models
// know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace llmgw::proxy::gemini {

/// Appends `schema`, a JSON value, for `parametersJsonSchema` and `responseJsonSchema`: without the
/// member `$schema` of its top level, and else as it is to the byte.
void append_json_schema(std::string_view schema, std::string& out);

/// Why a schema cannot be reduced.
enum class SchemaFault : std::uint8_t {
  none,
  form,       ///< no JSON schema
  reference,  ///< a `$ref` that leads nowhere within the schema
  cycle,      ///< it refers to itself
  depth,      ///< references within references, or levels, are too many
  size,       ///< too large once references are followed
};

/// The end of a sentence about a schema, as `refers to itself`; empty for `none`.
std::string_view words_of(SchemaFault fault) noexcept;

/// Reduces schemas to the members of Gemini's `Schema`, for `parameters` and `responseSchema`.
///
/// Types are in upper case, and `null` among them is `nullable`. References are followed, `const`
/// is an `enum` of one, `oneOf` an `anyOf`; of a lone alternative, or a lone part of an `allOf`,
/// the members become the schema's own. `enum` is for texts alone there: one of other values is
/// left out, as is all that has no counterpart. Members keep their order.
///
/// One for all schemas of a request, since what it reads is bounded for them together.
class SchemaReducer {
 public:
  static constexpr std::size_t most_references = 8;  ///< one within another
  static constexpr std::size_t most_levels = 64;
  static constexpr std::size_t most_work = std::size_t{16} << 20;  ///< bytes looked at

  /// Appends `schema`, a JSON value. After a fault `out` is as it was.
  SchemaFault append(std::string_view schema, std::string& out);

 private:
  std::size_t work_ = 0;
};

}  // namespace llmgw::proxy::gemini
