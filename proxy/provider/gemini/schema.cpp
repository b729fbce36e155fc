// SPDX-License-Identifier: MIT
// Of each schema all keywords are gathered first, through references and lone alternatives, and
// then written.
#include "proxy/provider/gemini/schema.hpp"

#include <algorithm>
#include <vector>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/gemini/json_out.hpp"
#include "proxy/provider/gemini/schema_facts.hpp"
#include "proxy/provider/gemini/schema_reference.hpp"

namespace llmgw::proxy::gemini {
namespace {

using chat::inside_of;
using chat::is_kind;
using chat::JsonElements;
using chat::JsonMembers;
using schema::Form;
using schema::Keyword;
using schema::Node;
using schema::Shape;
using schema::Types;

bool is_truth(std::string_view value) noexcept { return value == "true" || value == "false"; }

// One document.
class Reduction {
 public:
  Reduction(std::string_view document, std::size_t& work, std::string& out) noexcept
      : document_(document), work_(work), out_(out) {}

  SchemaFault run() {
    write_schema(document_);
    return fault_;
  }

 private:
  // Beside the types: keywords that say something of every one, and the types themselves.
  static constexpr Types common = 128;
  static constexpr Types all = 255;

  void fail(SchemaFault fault) noexcept {
    if (fault_ == SchemaFault::none) fault_ = fault;
  }
  bool has_failed() const noexcept { return fault_ != SchemaFault::none; }
  // Of bytes that are about to be looked at; each schema costs something, however small.
  void charge(std::size_t size) noexcept {
    constexpr std::size_t least = 256;
    work_ += size + least;
    if (work_ > SchemaReducer::most_work) fail(SchemaFault::size);
  }

  void gather(std::string_view value, Node& node);
  std::string_view next_layer(Node& node);
  std::string_view lone_variant(Node& node, Keyword keyword);
  std::string_view follow(std::string_view reference);

  void write_schema(std::string_view value);
  void write_node(const Node& node);
  void write_members(const Node& node, const Shape& shape, Types of);
  void write_member(const Node& node, const Shape& shape, Keyword keyword);
  void write_types(const Node& node, const Shape& shape);
  void write_items(std::string_view value);
  void write_properties(std::string_view value);
  void write_variants(std::string_view list);
  void write_texts(std::string_view list);

  std::string_view document_;
  std::size_t& work_;
  std::string& out_;
  SchemaFault fault_ = SchemaFault::none;
  std::size_t level_ = 0;
  std::vector<const char*> trail_;  // what is being referred to
};

void Reduction::gather(std::string_view value, Node& node) {
  while (!value.empty() && !is_truth(value)) {
    charge(value.size());
    if (has_failed()) return;
    if (!is_kind(value, JsonKind::object)) return fail(SchemaFault::form);
    JsonMembers members(value);
    for (JsonMember each; members.next(each);) {
      if (const auto keyword = schema::keyword_of(each.key)) node.note(*keyword, each.value);
    }
    value = next_layer(node);
  }
}

// The schema whose members are the node's as well, or none.
std::string_view Reduction::next_layer(Node& node) {
  if (const auto reference = node.take(Keyword::reference); !reference.empty())
    return follow(reference);
  const auto part = schema::lone_element(node.take(Keyword::all_of));
  if (!part.empty()) return part;
  const auto variant = lone_variant(node, Keyword::any_of);
  return variant.empty() ? lone_variant(node, Keyword::one_of) : variant;
}

std::string_view Reduction::lone_variant(Node& node, Keyword keyword) {
  charge(node[keyword].size());
  const schema::Variants variants = schema::variants_of(node[keyword]);
  if (variants.has_null) node.set_nullable();
  if (variants.count > 1) return {};
  node.take(keyword);
  return variants.last;
}

std::string_view Reduction::follow(std::string_view reference) {
  charge(document_.size());
  std::string_view target;
  if (const auto pointer = inside_of(reference))
    target = schema::find_referenced(document_, *pointer);
  if (target.empty()) {
    fail(SchemaFault::reference);
  } else if (std::find(trail_.begin(), trail_.end(), target.data()) != trail_.end()) {
    fail(SchemaFault::cycle);
  } else if (trail_.size() == SchemaReducer::most_references) {
    fail(SchemaFault::depth);
  }
  if (has_failed()) return {};
  trail_.push_back(target.data());
  return target;
}

void Reduction::write_schema(std::string_view value) {
  if (level_ == SchemaReducer::most_levels) fail(SchemaFault::depth);
  if (has_failed()) return;
  ++level_;
  const std::size_t begun = trail_.size();
  Node node;
  gather(value, node);
  if (!has_failed()) write_node(node);
  trail_.resize(begun);
  --level_;
}

void Reduction::write_node(const Node& node) {
  const Shape shape = schema::shape_of(node);
  out_ += '{';
  const Types of = shape.is_split     ? common
                   : shape.types == 0 ? all
                                      : static_cast<Types>(common | shape.types);
  write_members(node, shape, of);
  if (!node.has(Keyword::type) && shape.types != 0) write_types(node, shape);
  if (shape.is_nullable) append_member("nullable", "true", out_);
  out_ += '}';
}

// Those that say something of the types `of`.
void Reduction::write_members(const Node& node, const Shape& shape, Types of) {
  for (const Keyword keyword : node.order()) {
    const Types told = schema::traits_of(keyword).of;
    if (node.has(keyword) && ((told == 0 ? common : told) & of) != 0)
      write_member(node, shape, keyword);
  }
  const bool is_array = of != all && (of & schema::array_type) != 0;
  if (is_array && !node.has(Keyword::items)) write_items({});
}

void Reduction::write_member(const Node& node, const Shape& shape, Keyword keyword) {
  const std::string_view value = node[keyword];
  const auto copy_if = [&](bool is_fit) {
    if (!is_fit) return;
    append_member(schema::traits_of(keyword).name, value, out_);
  };
  switch (schema::traits_of(keyword).form) {
    case Form::text: return copy_if(is_kind(value, JsonKind::text));
    case Form::number: return copy_if(is_kind(value, JsonKind::number));
    case Form::list: return copy_if(is_kind(value, JsonKind::array));
    case Form::any: return copy_if(true);
    case Form::type: return write_types(node, shape);
    case Form::schema: return write_items(value);
    case Form::properties: return write_properties(value);
    case Form::variants:
      if (keyword == Keyword::any_of || !node.has(Keyword::any_of)) write_variants(value);
      return;
    case Form::literals:
      if (shape.has_texts && !node.has(Keyword::constant)) write_texts(value);
      return;
    case Form::literal:
      if (shape.has_texts) write_texts(value);
      return;
    case Form::nullable:
    case Form::parts:
    case Form::reference: return;
  }
}

void Reduction::write_types(const Node& node, const Shape& shape) {
  const auto write_type = [&](const schema::TypeName& type) {
    append_text_member("type", type.gemini, out_);
  };
  if (shape.types == 0) return;
  if (shape.is_split) {
    begin_member("anyOf", out_);
    out_ += '[';
  }
  for (const schema::TypeName& type : schema::type_names) {
    if ((type.type & shape.types) == 0) continue;
    if (!shape.is_split) return write_type(type);
    begin_element(out_);
    out_ += '{';
    write_type(type);
    write_members(node, shape, type.type);
    out_ += '}';
  }
  out_ += ']';
}

// Lists of items of any kind must say so, and may only by a type.
void Reduction::write_items(std::string_view value) {
  begin_member("items", out_);
  const bool is_told = is_kind(value, JsonKind::object) && !chat::is_vacant(value);
  if (is_told) return write_schema(value);
  out_ += R"({"type":"STRING"})";
}

void Reduction::write_properties(std::string_view value) {
  if (!is_kind(value, JsonKind::object)) return;
  begin_member("properties", out_);
  out_ += '{';
  JsonMembers members(value);
  for (JsonMember each; !has_failed() && members.next(each);) {
    begin_member(each.key, out_);
    write_schema(each.value);
  }
  out_ += '}';
}

void Reduction::write_variants(std::string_view list) {
  if (!is_kind(list, JsonKind::array)) return;
  begin_member("anyOf", out_);
  out_ += '[';
  JsonElements elements(list);
  for (std::string_view each; !has_failed() && elements.next(each);) {
    if (schema::is_null_schema(each)) continue;
    begin_element(out_);
    write_schema(each);
  }
  out_ += ']';
}

// Of a text, or of a list of texts and null.
void Reduction::write_texts(std::string_view list) {
  const auto write = [&](std::string_view text) {
    if (inside_of(text).value_or("").empty()) return;
    begin_element(out_);
    out_ += text;
  };
  begin_member("enum", out_);
  out_ += '[';
  if (is_kind(list, JsonKind::text)) write(list);
  JsonElements elements(list);
  for (std::string_view each; elements.next(each);) write(each);
  out_ += ']';
}

}  // namespace

void append_json_schema(std::string_view schema, std::string& out) {
  constexpr std::string_view dialect = "$schema";
  if (chat::member_of(schema, dialect).empty()) {
    out += schema;
    return;
  }
  out += '{';
  JsonMembers members(schema);
  for (JsonMember each; members.next(each);) {
    if (chat::is_text(each.key, dialect)) continue;
    append_member(each.key, each.value, out);
  }
  out += '}';
}

std::string_view words_of(SchemaFault fault) noexcept {
  switch (fault) {
    case SchemaFault::none: return "";
    case SchemaFault::form: return "is no JSON schema";
    case SchemaFault::reference: return "has a $ref that leads nowhere in it";
    case SchemaFault::cycle: return "refers to itself";
    case SchemaFault::depth: return "is nested too deeply";
    case SchemaFault::size: return "is too large once its references are followed";
  }
  return "";
}

SchemaFault SchemaReducer::append(std::string_view schema, std::string& out) {
  const std::size_t begin = out.size();
  const SchemaFault fault = Reduction(schema, work_, out).run();
  if (fault != SchemaFault::none) out.resize(begin);
  return fault;
}

}  // namespace llmgw::proxy::gemini
