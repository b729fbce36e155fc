// SPDX-License-Identifier: MIT
// PURE: Form: what a member of the configuration file may be. Reader, schema and page go by it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace llmgw {

/// A kind of text.
struct TextForm {
  std::string_view accepted;  ///< a phrase: `a path`
  std::string_view pattern;   ///< the same for the schema, as a regular expression (ECMA 262)
  bool (*fits)(std::string_view text);
};

struct MemberFacts;

struct Form {
  enum class Shape : std::uint8_t {
    text,
    word,
    number,
    decimal,  ///< a number with a point; counted in millionths
    boolean,
    list,
    one_or_list,  ///< a list, or its only item by itself
    names,
    object,
    decimal_or_object,  ///< a decimal, or an object as `each` has it
    list_or_object,     ///< a list of what `each` has, or an object of the members
  };

  Shape shape = Shape::text;
  const TextForm* text = nullptr;                ///< of a text, or of the names
  std::span<const std::string_view> words = {};  ///< one of these
  std::uint64_t least = 0;  ///< of the number, of the decimal's millionths, or of how many
  std::uint64_t most = 0;
  const Form* each = nullptr;  ///< of a list's items, of what names name, or of the object beside
  std::vector<MemberFacts> (*members)() = nullptr;  ///< of an object, or of the one beside
  std::span<const std::string_view> one_of = {};    ///< of an object: exactly one of these members
};

/// What is known of a member without its value.
struct MemberFacts {
  std::string_view name;
  std::string_view value;    ///< the default as one would set it; empty: none
  std::string_view meaning;  ///< one line
  Form form = {};
  bool is_required = false;
  std::string_view shown = {};  ///< what stands for the default where `value` is empty
};

/// 1 to 64 of `[A-Za-z0-9._-]`: what things of the file are called.
extern const TextForm name_form;
/// The name of an environment variable.
extern const TextForm variable_form;
/// A duration with its unit.
extern const TextForm duration_form;
/// Visible ASCII, in which a `*` stands at the end or not at all.
extern const TextForm pattern_form;
/// How many digits a decimal may have behind its point.
inline constexpr int decimal_places = 6;
inline constexpr std::uint64_t millionths = 1'000'000;

/// The path of a file: any text but an empty one.
extern const TextForm path_form;
/// An http or https URL; what more it has to be is the reader's to say.
extern const TextForm url_form;

}  // namespace llmgw
