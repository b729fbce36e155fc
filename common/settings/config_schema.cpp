// SPDX-License-Identifier: MIT
// Forms in the words of JSON Schema, and as rows of a page.
#include "common/settings/config_schema.hpp"

#include <nlohmann/json.hpp>

#include "common/text/quantity.hpp"

namespace llmgw {
namespace {

using Json = nlohmann::ordered_json;
using Shape = Form::Shape;

Json object_schema(const std::vector<MemberFacts>& members,
                   std::span<const std::string_view> one_of);

Json text_schema(const TextForm& text) { return {{"type", "string"}, {"pattern", text.pattern}}; }

Json schema_of(const Form& form);

Json list_schema(const Form& form) {
  return {{"type", "array"},
          {"minItems", form.least},
          {"maxItems", form.most},
          {"items", schema_of(*form.each)}};
}

// A bound that is whole is written so.
Json bound(std::uint64_t count) {
  if (count % millionths == 0) return count / millionths;
  return static_cast<double>(count) / static_cast<double>(millionths);
}

Json decimal_schema(const Form& form) {
  return {{"type", "number"}, {"minimum", bound(form.least)}, {"maximum", bound(form.most)}};
}

Json schema_of(const Form& form) {
  switch (form.shape) {
    case Shape::text: return text_schema(*form.text);
    case Shape::word:
      return {{"enum", std::vector<std::string>(form.words.begin(), form.words.end())}};
    case Shape::number:
      return {{"type", "integer"}, {"minimum", form.least}, {"maximum", form.most}};
    case Shape::decimal: return decimal_schema(form);
    case Shape::decimal_or_object:
      return {{"oneOf", {decimal_schema(form), schema_of(*form.each)}}};
    case Shape::boolean: return {{"type", "boolean"}};
    case Shape::one_or_list: return {{"oneOf", {schema_of(*form.each), list_schema(form)}}};
    case Shape::list: return list_schema(form);
    case Shape::list_or_object:
      return {{"oneOf", {list_schema(form), object_schema(form.members(), {})}}};
    case Shape::names:
      return {{"type", "object"},
              {"minProperties", form.least},
              {"maxProperties", form.most},
              {"propertyNames", {{"pattern", form.text->pattern}}},
              {"additionalProperties", schema_of(*form.each)}};
    case Shape::object: break;
  }
  return object_schema(form.members(), form.one_of);
}

Json default_of(const MemberFacts& member) {
  if (member.form.shape == Shape::number) return parse_integer(member.value).value_or(0);
  if (member.form.shape == Shape::decimal)
    return bound(parse_decimal(member.value, decimal_places).value_or(0));
  if (member.form.shape == Shape::boolean) return member.value == "true";
  return member.value;
}

Json object_schema(const std::vector<MemberFacts>& members,
                   std::span<const std::string_view> one_of) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const MemberFacts& each : members) {
    Json property{{"description", each.meaning}};
    property.update(schema_of(each.form));
    if (!each.value.empty()) property["default"] = default_of(each);
    if (each.is_required) required.push_back(each.name);
    properties[std::string(each.name)] = std::move(property);
  }
  Json schema{{"type", "object"}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  for (const std::string_view each : one_of) schema["oneOf"].push_back({{"required", {each}}});
  schema["properties"] = std::move(properties);
  return schema;
}

void append_row(const std::string& path, const MemberFacts& member, std::string& text) {
  const std::string_view quote = member.value.empty() ? "" : "`";
  std::string_view shown = member.value.empty() ? member.shown : member.value;
  if (member.is_required) shown = "required";
  text.append("| `").append(path).append("` | ").append(quote).append(shown).append(quote);
  text.append(" | ").append(member.meaning).append(" |\n");
}

void append_rows(const std::string& path, const std::vector<MemberFacts>& members,
                 std::string& text) {
  for (const MemberFacts& each : members) {
    std::string own = path + std::string(each.name);
    append_row(own, each, text);
    const Form* form = &each.form;
    for (; form->each != nullptr; form = form->each) {
      if (form->shape == Shape::decimal_or_object) continue;
      if (form->shape == Shape::list_or_object)
        for (const MemberFacts& beside : form->members())
          append_row(own + "." + std::string(beside.name), beside, text);
      own += form->shape == Shape::names ? ".NAME" : "[]";
    }
    if (form->shape == Shape::object) append_rows(own + ".", form->members(), text);
  }
}

}  // namespace

std::string config_schema(const std::vector<MemberFacts>& members) {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "The configuration file of LLM-Gateway (GATEWAY_CONFIG)"}};
  schema.update(object_schema(members, {}));
  return schema.dump(2) + "\n";
}

std::string config_table(const std::vector<MemberFacts>& members) {
  std::string text = "| member | default | meaning |\n|---|---|---|\n";
  append_rows("", members, text);
  return text;
}

}  // namespace llmgw
