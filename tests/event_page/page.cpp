// SPDX-License-Identifier: MIT
// From a row of the table to a property of the schema and a line of the page.
#include "tests/event_page/page.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

#include "common/event/fields.hpp"

namespace llmgw {
namespace {

using event_fields::Field;
using event_fields::Kind;
using event_fields::Written;
using json = nlohmann::ordered_json;

std::string_view json_type(Kind kind) {
  switch (kind) {
    case Kind::count:
    case Kind::count_or_null: return "integer";
    case Kind::number:
    case Kind::number_or_null: return "number";
    case Kind::boolean: return "boolean";
    case Kind::list: return "array";
    default: return "string";
  }
}

void add_form(const Field& field, json& property) {
  const event_fields::Form& form = field.form;
  if (field.kind == Kind::timestamp) property["format"] = "date-time";
  if (json_type(field.kind) == "integer" || json_type(field.kind) == "number")
    property["minimum"] = 0;
  if (!form.pattern.empty()) property["pattern"] = form.pattern;
  if (form.shortest > 0) property["minLength"] = form.shortest;
  if (form.longest > 0) property["maxLength"] = form.longest;
}

json property_of(const Field& field) {
  json property{{"description", field.meaning}};
  if (field.kind == Kind::version) {
    property["const"] = 1;
  } else if (field.kind == Kind::status) {
    property["anyOf"] =
        json::parse(R"([{"const": 0}, {"type": "integer", "minimum": 100, "maximum": 599}])");
  } else if (!field.form.words.empty()) {
    property["enum"] = json::array();
    for (const std::string_view word : field.form.words) property["enum"].push_back(word);
    if (is_nullable(field)) property["enum"].push_back(nullptr);
  } else {
    const std::string_view type = json_type(field.kind);
    property["type"] = is_nullable(field) ? json{type, "null"} : json(type);
    add_form(field, property);
  }
  return property;
}

// What holds between fields.
const json& rules() {
  static const json text = json::parse(R"({
    "allOf": [
      {
        "if": {"properties": {"usage_source": {"enum": ["missing", "estimated"]}}},
        "then": {"properties": {
          "prompt_tokens": {"type": "null"}, "completion_tokens": {"type": "null"},
          "total_tokens": {"type": "null"}, "cached_tokens": {"type": "null"},
          "reasoning_tokens": {"type": "null"}, "cache_write_tokens": {"type": "null"}
        }}
      },
      {
        "if": {"properties": {"stream_chunks": {"type": "null"}}},
        "then": {"properties": {"output_bytes": {"type": "null"}}},
        "else": {"properties": {"output_bytes": {"type": "integer"}}}
      }
    ],
    "dependentRequired": {
      "request_digest": ["response_digest"], "response_digest": ["request_digest"],
      "billing": ["estimated_prompt_tokens", "estimated_completion_tokens", "estimate_method",
                  "estimate_quality", "estimate_error"]
    }
  })");
  return text;
}

std::string type_for_people(const Field& field) {
  if (field.kind == Kind::version) return "`1`";
  if (field.kind == Kind::status) return "integer: 0, or 100 to 599";
  std::string text;
  for (const std::string_view word : field.form.words)
    text.append(text.empty() ? "" : ", ").append("`").append(word).append("`");
  if (!text.empty()) return is_nullable(field) ? text + ", or null" : text;
  text = field.kind == Kind::timestamp ? "RFC 3339 time" : json_type(field.kind);
  if (text == "integer" || text == "number") text += " from 0";
  if (field.form.longest > 0)
    text.append(", up to ").append(std::to_string(field.form.longest)).append(" characters");
  if (field.form.shortest > 0) text += ", not empty";
  return is_nullable(field) ? text + ", or null" : text;
}

}  // namespace

std::string event_schema() {
  json schema{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"$id", "urn:llm-gateway:metering-event:1"},
      {"title", "Metering event"},
      {"description",
       "One exchange of LLM-Gateway with an upstream, as llm-proxy posts it and llm-collector "
       "stores "
       "it. Later versions may add keys: readers pass over those they do not know."},
      {"type", "object"},
      {"required", json::array()},
      {"properties", json::object()},
  };
  for (const Field& field : event_fields::table) {
    if (field.written != Written::sometimes) schema["required"].push_back(field.name);
    schema["properties"][std::string(field.name)] = property_of(field);
  }
  schema.update(rules());
  return schema.dump(2) + "\n";
}

std::string event_table() {
  std::string text = "| field | type | meaning |\n|---|---|---|\n";
  for (const Field& field : event_fields::table) {
    text.append("| `").append(field.name).append("` | ").append(type_for_people(field));
    text.append(" | ").append(field.meaning).append(" |\n");
  }
  return text;
}

}  // namespace llmgw
