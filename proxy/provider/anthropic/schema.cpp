// SPDX-License-Identifier: MIT
// Each schema is read twice: for what decides over its keywords, and to write them in their order.
#include "proxy/provider/anthropic/schema.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/json/escape.hpp"
#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/object_writer.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::is_kind;
using chat::JsonElements;
using chat::JsonMembers;
using chat::ObjectWriter;

enum Keyword : std::uint8_t {
  defs,
  ref,
  enumeration,
  constant,
  type,
  any_of,
  one_of,
  all_of,
  dialect,
  description,
  title,
  properties,
  additional,
  required,
  format,
  items,
  min_items,
  other,
};

// In the order of Keyword.
constexpr std::array<std::string_view, other> names = {"$defs",
                                                       "$ref",
                                                       "enum",
                                                       "const",
                                                       "type",
                                                       "anyOf",
                                                       "oneOf",
                                                       "allOf",
                                                       "$schema",
                                                       "description",
                                                       "title",
                                                       "properties",
                                                       "additionalProperties",
                                                       "required",
                                                       "format",
                                                       "items",
                                                       "minItems"};

constexpr std::string_view formats[] = {"date-time", "time", "date", "duration", "email",
                                        "hostname",  "uri",  "ipv4", "ipv6",     "uuid"};

Keyword keyword_of(std::string_view key) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (chat::is_text(key, names[i])) return static_cast<Keyword>(i);
  }
  return other;
}

bool is_primitive(std::string_view value) noexcept {
  return !is_kind(value, JsonKind::object) && !is_kind(value, JsonKind::array);
}

bool is_list_of_primitives(std::string_view value) noexcept {
  if (!is_kind(value, JsonKind::array) || chat::is_vacant(value)) return false;
  JsonElements elements(value);
  for (std::string_view each; elements.next(each);) {
    if (!is_primitive(each)) return false;
  }
  return true;
}

// A type, or one of several.
bool has_type(std::string_view declared, std::string_view name) {
  if (chat::is_string(declared, name)) return true;
  JsonElements elements(declared);
  for (std::string_view each; elements.next(each);) {
    if (chat::is_string(each, name)) return true;
  }
  return false;
}

bool is_known_format(std::string_view value) {
  return std::any_of(std::begin(formats), std::end(formats),
                     [&](std::string_view each) { return chat::is_string(value, each); });
}

// One schema: the last member of each keyword, and what follows from them.
class Schema {
 public:
  explicit Schema(std::string_view schema) {
    JsonMembers members(schema);
    for (JsonMember each; members.next(each);) {
      const Keyword keyword = keyword_of(each.key);
      if (keyword != other) values_[keyword] = each.value;
    }
    has_literals_ = is_list_of_primitives(values_[enumeration]) ||
                    (has(constant) && is_primitive(at(constant)));
    for (const Keyword each : {any_of, one_of, all_of}) {
      if (combinator_ == other && is_kind(at(each), JsonKind::array)) combinator_ = each;
    }
  }

  std::string_view at(Keyword keyword) const noexcept { return values_[keyword]; }
  bool has(Keyword keyword) const noexcept { return !at(keyword).empty(); }
  bool is(std::string_view name) const { return !has_literals_ && has_type(at(type), name); }
  bool demands_something() const noexcept {
    return has(ref) || has_literals_ || combinator_ != other || has(type);
  }
  // A member of that name follows, which counts in the place of this one.
  bool is_overruled(Keyword keyword, std::string_view value) const noexcept {
    return keyword != other && at(keyword).data() != value.data();
  }
  // Whether the member is told in the description and not by itself.
  bool is_told(Keyword keyword, std::string_view value) const {
    switch (keyword) {
      case enumeration: return !is_list_of_primitives(value);
      case constant: return !is_primitive(value);
      case any_of:
      case one_of:
      case all_of: return combinator_ != keyword;
      case description:
      case title: return !is_kind(value, JsonKind::text);
      case defs: return !is_kind(value, JsonKind::object);
      case properties: return !is("object") || !is_kind(value, JsonKind::object);
      case required: return !is("object");
      case format: return !is("string") || !is_known_format(value);
      case items: return !is("array") || !is_kind(value, JsonKind::object);
      case min_items: return !is("array") || (value != "0" && value != "1");
      case additional:
      case other: return true;
      default: return false;
    }
  }
  // Whether the member goes without a word.
  bool is_gone(Keyword keyword) const {
    if (has(ref)) return keyword != ref && keyword != defs;
    if (keyword == type) return has_literals_ || combinator_ != other;
    return keyword == dialect || (keyword == additional && is("object"));
  }

 private:
  std::array<std::string_view, other> values_{};
  bool has_literals_ = false;
  Keyword combinator_ = other;
};

class Mapper {
 public:
  explicit Mapper(std::string& out) noexcept : out_(out) {}

  bool is_closed() const noexcept { return is_closed_; }

  bool map(std::string_view text, unsigned depth) {
    if (depth == deepest_schema || !is_kind(text, JsonKind::object)) return false;
    const Schema schema(text);
    if (!schema.demands_something()) return false;
    const std::string told = schema.has(ref) ? "" : told_of(text, schema);
    ObjectWriter writer(out_);
    JsonMembers members(text);
    for (JsonMember each; members.next(each);) {
      const Keyword keyword = keyword_of(each.key);
      if (keyword == other || schema.is_gone(keyword) || schema.is_overruled(keyword, each.value) ||
          schema.is_told(keyword, each.value))
        continue;
      if (!write(keyword, each, told, depth, writer)) return false;
    }
    if (!schema.has(ref)) close(schema, told, writer);
    writer.end();
    return true;
  }

 private:
  bool write(Keyword keyword, const JsonMember& member, const std::string& told, unsigned depth,
             ObjectWriter& writer) {
    switch (keyword) {
      case defs:
      case properties: return write_named(keyword, member.value, depth, writer);
      case any_of:
      case one_of:
      case all_of: return write_list(keyword, member.value, depth, writer);
      case items: writer.key("items"); return map(member.value, depth + 1);
      case description: write_description(member.value, told, writer); return true;
      default: writer.raw(names[keyword], member.value); return true;
    }
  }

  bool write_named(Keyword keyword, std::string_view schemas, unsigned depth,
                   ObjectWriter& writer) {
    writer.key(names[keyword]);
    ObjectWriter inner(out_);
    JsonMembers members(schemas);
    for (JsonMember each; members.next(each);) {
      inner.key(each.key);
      if (!map(each.value, depth + 1)) return false;
    }
    inner.end();
    return true;
  }

  bool write_list(Keyword keyword, std::string_view schemas, unsigned depth, ObjectWriter& writer) {
    writer.key(names[keyword == one_of ? any_of : keyword]) += '[';
    bool is_first = true;
    JsonElements elements(schemas);
    for (std::string_view each; elements.next(each); is_first = false) {
      if (!is_first) out_ += ',';
      if (!map(each, depth + 1)) return false;
    }
    out_ += ']';
    return true;
  }

  void write_description(std::string_view value, const std::string& told, ObjectWriter& writer) {
    const std::string_view own = value.substr(1, value.size() - 2);
    std::string& out = writer.key("description").append("\"").append(own);
    if (!own.empty() && !told.empty()) out += R"(\n\n)";
    out.append(told).append("\"");
  }

  // What has to be there even where the schema does not have it.
  void close(const Schema& schema, const std::string& told, ObjectWriter& writer) {
    if (!told.empty() && !is_kind(schema.at(description), JsonKind::text))
      writer.text("description", told);
    if (!schema.is("object")) return;
    if (!is_kind(schema.at(properties), JsonKind::object)) writer.raw("properties", "{}");
    writer.raw("additionalProperties", "false");
    const std::string_view open = schema.at(additional);
    is_closed_ = is_closed_ || !(open.empty() || open == "false");
  }

  // `{key: value, ...}` as the inside of a string; empty: there is nothing to tell.
  static std::string told_of(std::string_view text, const Schema& schema) {
    std::string told;
    JsonMembers members(text);
    for (JsonMember each; members.next(each);) {
      const Keyword keyword = keyword_of(each.key);
      if (schema.is_gone(keyword)) continue;
      if (schema.is_overruled(keyword, each.value) || !schema.is_told(keyword, each.value))
        continue;
      told.append(told.empty() ? "{" : ", ").append(each.key).append(": ");
      std::string quoted;
      append_json_string(each.value, quoted);
      told.append(quoted, 1, quoted.size() - 2);
    }
    return told.empty() ? told : told + "}";
  }

  std::string& out_;
  bool is_closed_ = false;
};

}  // namespace

SchemaFate append_schema(std::string_view schema, std::string& out) {
  Mapper mapper(out);
  if (schema.size() > longest_schema || !mapper.map(schema, 0)) return SchemaFate::refused;
  return mapper.is_closed() ? SchemaFate::closed : SchemaFate::mapped;
}

}  // namespace llmgw::proxy::anthropic
