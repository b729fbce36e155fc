// SPDX-License-Identifier: MIT
// One pass over each value.
#include "proxy/provider/gemini/schema_facts.hpp"

#include <bit>

#include "proxy/provider/chat/json_items.hpp"

namespace llmgw::proxy::gemini::schema {
namespace {

using chat::inside_of;
using chat::JsonElements;
using chat::JsonMembers;

struct Literals {
  std::size_t texts = 0;  // that are not empty, which Gemini refuses
  bool has_null = false;
  bool has_others = false;
};

void add(std::string_view literal, Literals& literals) noexcept {
  if (const auto text = inside_of(literal)) {
    literals.texts += text->empty() ? 0 : 1;
  } else if (literal == "null") {
    literals.has_null = true;
  } else {
    literals.has_others = true;
  }
}

Literals literals_of(const Node& node) noexcept {
  Literals literals;
  if (node.has(Keyword::constant)) {
    add(node[Keyword::constant], literals);
    return literals;
  }
  JsonElements list(node[Keyword::enumeration]);
  for (std::string_view each; list.next(each);) add(each, literals);
  return literals;
}

}  // namespace

Types types_of(std::string_view value) noexcept {
  if (const auto name = inside_of(value)) return type_of(*name);
  Types types = 0;
  JsonElements list(value);
  for (std::string_view each; list.next(each);) {
    if (const auto name = inside_of(each)) types = static_cast<Types>(types | type_of(*name));
  }
  return types;
}

bool is_null_schema(std::string_view value) noexcept {
  bool is_null = false;
  JsonMembers members(value);
  for (JsonMember each; members.next(each);) {
    if (each.key == "type") is_null = types_of(each.value) == null_type;
  }
  return is_null;
}

Variants variants_of(std::string_view list) noexcept {
  Variants variants;
  JsonElements elements(list);
  for (std::string_view each; elements.next(each);) {
    if (is_null_schema(each)) {
      variants.has_null = true;
    } else {
      variants.last = each;
      ++variants.count;
    }
  }
  return variants;
}

std::string_view lone_element(std::string_view list) noexcept {
  JsonElements elements(list);
  std::string_view first;
  std::string_view other;
  return elements.next(first) && !elements.next(other) ? first : std::string_view();
}

Shape shape_of(const Node& node) noexcept {
  const Literals literals = literals_of(node);
  Shape shape{.types = types_of(node[Keyword::type])};
  const bool has_null = (shape.types & null_type) != 0 && shape.types != null_type;
  if (has_null) shape.types = static_cast<Types>(shape.types & ~null_type);
  shape.is_nullable =
      has_null || node.is_nullable() || literals.has_null || node[Keyword::nullable] == "true";
  const bool has_several = shape.types != 0 && !std::has_single_bit(shape.types);
  // Alternatives tell their own types.
  const bool has_variants = node.has(Keyword::any_of) || node.has(Keyword::one_of);
  if (has_several && has_variants) shape.types = 0;
  shape.is_split = has_several && !has_variants;
  const bool takes_texts = shape.types == 0 || (shape.types & string_type) != 0;
  shape.has_texts = takes_texts && literals.texts > 0 && !literals.has_others;
  if (shape.has_texts && shape.types == 0 && !has_variants) shape.types = string_type;
  return shape;
}

}  // namespace llmgw::proxy::gemini::schema
