// SPDX-License-Identifier: MIT
// namespace functions {
//
// // description
// type name = (_: {
// // description of a property, of the first level only
// property?: string,
// }) => any;
//
// } // namespace functions
#include "proxy/tokens/tool_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/json/items.hpp"
#include "proxy/tokens/json_text.hpp"

namespace llmgw::proxy {
namespace {

using json_items::inside_of;
using json_items::is_string;
using json_items::JsonElements;
using json_items::JsonMembers;
using json_items::member_of;

class Writer {
 public:
  explicit Writer(TokenCounter& counter) noexcept : counter_(counter) {}

  void write_function(std::string_view function);
  bool is_known() const noexcept { return is_known_; }
  void note_unknown() noexcept { is_known_ = false; }

 private:
  // No request that was read as JSON is deeper.
  static constexpr unsigned deepest = 128;

  void text(std::string_view plain) { counter_.add(plain); }
  // A string as its text, any other value as it is written.
  void value(std::string_view json);
  void blanks(unsigned count);
  void write_description(std::string_view schema, unsigned indent);
  void write_properties(std::string_view schema, unsigned indent);
  void write_type(std::string_view schema, unsigned indent);
  void write_choice(std::string_view values, bool is_quoted);

  TokenCounter& counter_;
  bool is_known_ = true;
};

void Writer::value(std::string_view json) {
  if (const auto inside = inside_of(json)) {
    add_inside(counter_, *inside);
  } else {
    text(json);
  }
}

void Writer::blanks(unsigned count) {
  for (; count > 0; --count) text(" ");
}

void Writer::write_description(std::string_view schema, unsigned indent) {
  const auto description = inside_of(member_of(schema, "description"));
  if (!description || description->empty()) return;
  blanks(indent);
  text("// ");
  add_inside(counter_, *description);
  text("\n");
}

void Writer::write_function(std::string_view function) {
  write_description(function, 0);
  text("type ");
  value(member_of(function, "name"));
  const std::string_view parameters = member_of(function, "parameters");
  JsonMember first;
  if (JsonMembers(member_of(parameters, "properties")).next(first)) {
    text(" = (_: {\n");
    write_properties(parameters, 0);
    text("\n}) => any;\n\n");
  } else {
    text(" = () => any;\n\n");
  }
}

void Writer::write_properties(std::string_view schema, unsigned indent) {
  std::vector<std::string_view> required;
  JsonElements names(member_of(schema, "required"));
  for (std::string_view each; names.next(each);) required.push_back(inside_of(each).value_or(""));
  std::sort(required.begin(), required.end());
  bool is_first = true;
  JsonMembers properties(member_of(schema, "properties"));
  for (JsonMember each; properties.next(each);) {
    if (!std::exchange(is_first, false)) text("\n");
    if (indent < 2) write_description(each.value, indent);
    blanks(indent);
    add_inside(counter_, each.key);
    text(std::binary_search(required.begin(), required.end(), each.key) ? ": " : "?: ");
    write_type(each.value, indent);
    text(",");
  }
}

void Writer::write_choice(std::string_view values, bool is_quoted) {
  bool is_first = true;
  JsonElements all(values);
  for (std::string_view each; all.next(each);) {
    if (!std::exchange(is_first, false)) text(" | ");
    if (is_quoted) text("\"");
    value(each);
    if (is_quoted) text("\"");
  }
}

void Writer::write_type(std::string_view schema, unsigned indent) {
  const std::string_view type = member_of(schema, "type");
  const std::string_view choice = member_of(schema, "enum");
  const bool is_number = is_string(type, "number") || is_string(type, "integer");
  if (!choice.empty() && (is_number || is_string(type, "string")))
    return write_choice(choice, !is_number);
  if (is_number) return text("number");
  for (const std::string_view plain : {"string", "boolean", "null"}) {
    if (is_string(type, plain)) return text(plain);
  }
  const std::string_view items = member_of(schema, "items");
  const bool goes_on = indent / 2 < deepest;
  if (is_string(type, "array") && goes_on) {
    // An array of arrays goes deeper without being indented; its schema is smaller each time.
    items.empty() ? text("any") : write_type(items, indent);
    return text("[]");
  }
  if (is_string(type, "object") && goes_on) {
    text("{\n");
    write_properties(schema, indent + 2);
    return text("\n}");
  }
  is_known_ = false;
  text("any");
}

}  // namespace

bool add_tool_text(TokenCounter& counter, std::string_view tools) {
  Writer writer(counter);
  counter.add("namespace functions {\n\n");
  JsonElements all(tools);
  for (std::string_view each; all.next(each);) {
    const std::string_view function = member_of(each, "function");
    if (!function.empty()) {
      writer.write_function(function);
    } else if (!member_of(each, "name").empty()) {
      writer.write_function(each);
    } else {
      writer.note_unknown();
    }
  }
  counter.add("} // namespace functions");
  return writer.is_known();
}

}  // namespace llmgw::proxy
