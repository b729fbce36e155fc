// SPDX-License-Identifier: MIT
// Schemas in both forms, among them those of tools that are in use.
#include "proxy/provider/gemini/schema.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace llmgw::proxy::gemini {
namespace {

std::string copied(std::string_view schema) {
  std::string out;
  append_json_schema(schema, out);
  return out;
}

std::string reduced(std::string_view schema) {
  std::string out;
  SchemaReducer reducer;
  const SchemaFault fault = reducer.append(schema, out);
  if (fault == SchemaFault::none) return out;
  EXPECT_EQ(out, "");
  return std::string(words_of(fault));
}

using Case = std::pair<std::string_view, std::string_view>;

TEST(GeminiSchema, IsCopiedWithoutItsDialect) {
  const Case cases[] = {
      {R"({ "type" : "object", "x-y": 1.50e0 })", R"({ "type" : "object", "x-y": 1.50e0 })"},
      {R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object"})",
       R"({"type":"object"})"},
      {R"({"type":"object","properties":{"$schema":{"type":"string"}}, "\u0024schema" : "x"})",
       R"({"type":"object","properties":{"$schema":{"type":"string"}}})"},
      {R"({"$schema":"x"})", "{}"},
      {"true", "true"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(copied(schema), expected) << schema;
}

TEST(GeminiSchema, KeepsWhatIsKnownInItsOrder) {
  EXPECT_EQ(reduced(R"({"description":"d\u00e9","type":"string","minLength":1,"maxLength":2,)"
                    R"("pattern":"^a$","format":"date-time","title":"T","default":null,)"
                    R"("example":[1.0],"$comment":"c","examples":["x"],"readOnly":true})"),
            R"({"description":"d\u00e9","type":"STRING","minLength":1,"maxLength":2,)"
            R"("pattern":"^a$","format":"date-time","title":"T","default":null,"example":[1.0]})");
  EXPECT_EQ(reduced(R"({"type":"object","required":["b","a"],"propertyOrdering":["b","a"],)"
                    R"("properties":{"b":{"type":"integer","minimum":0,"exclusiveMaximum":9},)"
                    R"("a":{"type":"boolean"}},"minProperties":1,"maxProperties":2,)"
                    R"("additionalProperties":false,"patternProperties":{"^x":{}}})"),
            R"({"type":"OBJECT","required":["b","a"],"propertyOrdering":["b","a"],)"
            R"("properties":{"b":{"type":"INTEGER","minimum":0},"a":{"type":"BOOLEAN"}},)"
            R"("minProperties":1,"maxProperties":2})");
}

TEST(GeminiSchema, TellsNullBesideAType) {
  const Case cases[] = {
      {R"({"type":["string","null"]})", R"({"type":"STRING","nullable":true})"},
      {R"({"type":"string","nullable":true})", R"({"type":"STRING","nullable":true})"},
      {R"({"type":"string","nullable":false})", R"({"type":"STRING"})"},
      {R"({"type":"null"})", R"({"type":"NULL"})"},
      {R"({"type":["null"]})", R"({"type":"NULL"})"},
      {R"({"anyOf":[{"type":"integer"},{"type":"null"}],"default":null,"title":"N"})",
       R"({"default":null,"title":"N","type":"INTEGER","nullable":true})"},
      {R"({"anyOf":[{"type":"integer"},{"type":"null"},{"type":"string"}]})",
       R"({"anyOf":[{"type":"INTEGER"},{"type":"STRING"}],"nullable":true})"},
      {R"({"enum":["a",null]})", R"({"enum":["a"],"type":"STRING","nullable":true})"},
      {R"({"type":"string","const":null})", R"({"type":"STRING","nullable":true})"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(reduced(schema), expected) << schema;
}

TEST(GeminiSchema, TellsSeveralTypesAsAlternatives) {
  EXPECT_EQ(reduced(R"({"title":"t","type":["string","array","null"],"items":{"type":"number"},)"
                    R"("minLength":2})"),
            R"({"title":"t","anyOf":[{"type":"STRING","minLength":2},)"
            R"({"type":"ARRAY","items":{"type":"NUMBER"}}],"nullable":true})");
  EXPECT_EQ(reduced(R"({"type":["array","object"]})"),
            R"({"anyOf":[{"type":"ARRAY","items":{"type":"STRING"}},{"type":"OBJECT"}]})");
  EXPECT_EQ(reduced(R"({"type":["string","number"],"anyOf":[{"minimum":1},{"minLength":1}]})"),
            R"({"anyOf":[{"minimum":1},{"minLength":1}]})");
}

TEST(GeminiSchema, TellsLiteralsOfTextsAlone) {
  const Case cases[] = {
      {R"({"const":"a"})", R"({"enum":["a"],"type":"STRING"})"},
      {R"({"type":"string","const":"a","enum":["a","b"]})", R"({"type":"STRING","enum":["a"]})"},
      {R"({"type":"string","enum":["","a"]})", R"({"type":"STRING","enum":["a"]})"},
      {R"({"type":"string","enum":[""]})", R"({"type":"STRING"})"},
      {R"({"type":"integer","enum":[1,2]})", R"({"type":"INTEGER"})"},
      {R"({"enum":["a",1]})", "{}"},
      {R"({"const":5})", "{}"},
      {R"({"type":"string","enum":[]})", R"({"type":"STRING"})"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(reduced(schema), expected) << schema;
}

TEST(GeminiSchema, GivesEachArrayItsItems) {
  const Case cases[] = {
      {R"({"type":"array"})", R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      {R"({"type":"array","items":{}})", R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      {R"({"items":true,"type":"array"})", R"({"items":{"type":"STRING"},"type":"ARRAY"})"},
      {R"({"type":"array","items":[{"type":"number"}]})",
       R"({"type":"ARRAY","items":{"type":"STRING"}})"},
      {R"({"type":"array","prefixItems":[{"type":"number"}],"minItems":2,"maxItems":2})",
       R"({"type":"ARRAY","minItems":2,"maxItems":2,"items":{"type":"STRING"}})"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(reduced(schema), expected) << schema;
}

TEST(GeminiSchema, TellsAlternativesByAnyOf) {
  const Case cases[] = {
      {R"({"oneOf":[{"type":"string"},{"type":"number"}]})",
       R"({"anyOf":[{"type":"STRING"},{"type":"NUMBER"}]})"},
      {R"({"oneOf":[{"type":"string","title":"in"}],"title":"out"})",
       R"({"title":"out","type":"STRING"})"},
      {R"({"allOf":[{"$ref":"#/$defs/a"}],"description":"d","$defs":{"a":{"type":"string"}}})",
       R"({"description":"d","type":"STRING"})"},
      {R"({"type":"string","allOf":[{"minLength":1},{"maxLength":2}]})", R"({"type":"STRING"})"},
      {R"({"anyOf":[]})", "{}"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(reduced(schema), expected) << schema;
}

TEST(GeminiSchema, FollowsReferences) {
  EXPECT_EQ(reduced(R"({"type":"object","properties":{"p":{"$ref":"#/$defs/P","description":"x"},)"
                    R"("q":{"$ref":"#/$defs/P"}},"$defs":{"P":{"type":"object","properties":)"
                    R"({"n":{"$ref":"#/$defs/N"}}},"N":{"type":"number"}}})"),
            R"({"type":"OBJECT","properties":{"p":{"description":"x","type":"OBJECT",)"
            R"("properties":{"n":{"type":"NUMBER"}}},)"
            R"("q":{"type":"OBJECT","properties":{"n":{"type":"NUMBER"}}}}})");
  const Case cases[] = {
      {R"({"$ref":"#/definitions/a~1b%25~0c","definitions":{"a/b%~c":{"type":"null"}}})",
       R"({"type":"NULL"})"},
      {R"({"$ref":"#\/d\u0065fs/x","defs":{"x":{"type":"string"}}})", R"({"type":"STRING"})"},
      {R"({"anyOf":[{"type":"string"},{"$ref":"#/anyOf/0"}]})",
       R"({"anyOf":[{"type":"STRING"},{"type":"STRING"}]})"},
      {R"({"$ref":"#/$defs/gone"})", "has a $ref that leads nowhere in it"},
      {R"({"$ref":"other.json#/x"})", "has a $ref that leads nowhere in it"},
      {R"({"$ref":"#anchor"})", "has a $ref that leads nowhere in it"},
      {R"({"$ref":5})", "has a $ref that leads nowhere in it"},
      {R"({"anyOf":[{"$ref":"#/anyOf/2"},true]})", "has a $ref that leads nowhere in it"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(reduced(schema), expected) << schema;
}

TEST(GeminiSchema, RefusesCycles) {
  for (
      const std::string_view schema :
      {R"({"$ref":"#"})", R"({"type":"object","properties":{"next":{"$ref":"#"}}})",
       R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})",
       R"({"properties":{"t":{"$ref":"#/$defs/T"}},"$defs":{"T":{"items":{"$ref":"#/$defs/T"}}}})"})
    EXPECT_EQ(reduced(schema), "refers to itself") << schema;
}

// d1 refers to d2 and so on; the last one is a string.
std::string chain(std::size_t length) {
  std::string schema = R"({"$ref":"#/d1")";
  for (std::size_t i = 1; i < length; ++i)
    schema += ",\"d" + std::to_string(i) + R"(":{"$ref":"#/d)" + std::to_string(i + 1) + "\"}";
  return schema + ",\"d" + std::to_string(length) + R"(":{"type":"string"}})";
}

TEST(GeminiSchema, FollowsEightReferencesOneWithinAnother) {
  EXPECT_EQ(reduced(chain(SchemaReducer::most_references)), R"({"type":"STRING"})");
  EXPECT_EQ(reduced(chain(SchemaReducer::most_references + 1)), "is nested too deeply");
}

std::string nested(std::size_t levels) {
  std::string schema = R"({"type":"string"})";
  for (std::size_t i = 1; i < levels; ++i) schema = R"({"type":"array","items":)" + schema + "}";
  return schema;
}

TEST(GeminiSchema, IsBoundedInDepth) {
  EXPECT_TRUE(reduced(nested(SchemaReducer::most_levels)).starts_with("{"));
  EXPECT_EQ(reduced(nested(SchemaReducer::most_levels + 1)), "is nested too deeply");
}

// Each definition holds the next one ten times: a hundred million strings.
TEST(GeminiSchema, IsBoundedInSize) {
  std::string schema = R"({"$ref":"#/$defs/d0","$defs":{)";
  for (std::size_t i = 0; i < 7; ++i) {
    schema += "\"d" + std::to_string(i) + R"(":{"properties":{)";
    for (std::size_t k = 0; k < 10; ++k) {
      if (k > 0) schema += ',';
      schema +=
          "\"p" + std::to_string(k) + R"(":{"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}";
    }
    schema += "}},";
  }
  schema += R"("d7":{"type":"string"}}})";
  EXPECT_EQ(reduced(schema), "is too large once its references are followed");
}

TEST(GeminiSchema, TakesOddValuesForNone) {
  const Case cases[] = {
      {"{}", "{}"},
      {"true", "{}"},
      {"false", "{}"},
      {"[]", "is no JSON schema"},
      {"null", "is no JSON schema"},
      {"\"x\"", "is no JSON schema"},
      {R"({"type":5,"title":5,"minimum":"1","required":true,"properties":[],"anyOf":{}})", "{}"},
      {R"({"type":"any"})", "{}"},
      {R"({"properties":{"a":5}})", "is no JSON schema"},
      {R"({"properties":{"a":true}})", R"({"properties":{"a":{}}})"},
      {R"({"anyOf":[1,2]})", "is no JSON schema"},
      {R"({"type":"string","type":"number"})", R"({"type":"STRING"})"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(reduced(schema), expected) << schema;
}

// As servers of the Model Context Protocol describe their tools.
constexpr std::string_view tools_in_use[] = {
    R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{
      "path":{"type":"string"},"edits":{"type":"array","items":{"type":"object","properties":{
      "oldText":{"type":"string","description":"Text to search for - must match exactly"},
      "newText":{"type":"string","description":"Text to replace with"}},
      "required":["oldText","newText"],"additionalProperties":false}},
      "dryRun":{"type":"boolean","default":false}},"required":["path","edits"],
      "additionalProperties":false})",
    R"({"type":"object","properties":{"owner":{"type":"string"},"labels":{"type":"array",
      "items":{"type":"string"}},"state":{"enum":["open","closed","all"]},
      "perPage":{"type":"number","minimum":1,"maximum":100},
      "since":{"type":"string","format":"date-time"}},"required":["owner"]})",
    R"({"$defs":{"Priority":{"enum":["low","high"],"title":"Priority","type":"string"},
      "Tag":{"properties":{"name":{"title":"Name","type":"string"},"colour":{"anyOf":[
      {"type":"string"},{"type":"null"}],"default":null,"title":"Colour"}},"required":["name"],
      "title":"Tag","type":"object"}},"properties":{"priority":{"allOf":[{"$ref":
      "#/$defs/Priority"}],"default":"low"},"tags":{"anyOf":[{"items":{"$ref":"#/$defs/Tag"},
      "type":"array"},{"type":"null"}],"default":null,"title":"Tags"}},"title":"addArguments",
      "type":"object"})",
    R"({"type":"object","properties":{"filter":{"type":"object","propertyNames":{"type":"string"},
      "additionalProperties":{"anyOf":[{"type":"string"},{"type":"number"}]}},
      "range":{"type":"array","prefixItems":[{"type":"number"},{"type":"number"}]},
      "level":{"type":"integer","enum":[0,1,2],"exclusiveMinimum":-1},
      "value":{"type":["string","number","boolean","null"]},
      "kind":{"oneOf":[{"const":"a","description":"first"},{"const":"b"}]}}})",
    R"({"type":"object","properties":{}})",
};

void check_is_known(const nlohmann::json& schema) {
  static const std::vector<std::string> known = {
      "type",      "format",        "title",         "description",     "nullable", "enum",
      "items",     "properties",    "required",      "minItems",        "maxItems", "minLength",
      "maxLength", "minProperties", "maxProperties", "minimum",         "maximum",  "pattern",
      "default",   "example",       "anyOf",         "propertyOrdering"};
  for (const auto& [key, value] : schema.items())
    EXPECT_NE(std::find(known.begin(), known.end(), key), known.end()) << key;
  if (schema.contains("items")) check_is_known(schema["items"]);
  if (schema.contains("properties"))
    for (const auto& each : schema["properties"]) check_is_known(each);
  if (schema.contains("anyOf"))
    for (const auto& each : schema["anyOf"]) check_is_known(each);
  EXPECT_TRUE(schema.value("type", "") != "ARRAY" || schema.contains("items"));
  EXPECT_TRUE(!schema.contains("enum") || schema.value("type", "") == "STRING");
}

TEST(GeminiSchema, R8ToolsInUseAreReducedToWhatIsKnown) {
  for (const std::string_view tool : tools_in_use)
    check_is_known(nlohmann::json::parse(reduced(tool)));
  EXPECT_EQ(reduced(tools_in_use[2]),
            R"({"properties":{"priority":{"default":"low","enum":["low","high"],)"
            R"("title":"Priority","type":"STRING"},"tags":{"default":null,"title":"Tags",)"
            R"("items":{"properties":{"name":{"title":"Name","type":"STRING"},)"
            R"("colour":{"default":null,"title":"Colour","type":"STRING","nullable":true}},)"
            R"("required":["name"],"title":"Tag","type":"OBJECT"},"type":"ARRAY",)"
            R"("nullable":true}},"title":"addArguments","type":"OBJECT"})");
  EXPECT_EQ(reduced(tools_in_use[3]),
            R"({"type":"OBJECT","properties":{"filter":{"type":"OBJECT"},)"
            R"("range":{"type":"ARRAY","items":{"type":"STRING"}},"level":{"type":"INTEGER"},)"
            R"("value":{"anyOf":[{"type":"STRING"},{"type":"NUMBER"},{"type":"BOOLEAN"}],)"
            R"("nullable":true},"kind":{"anyOf":[{"enum":["a"],"description":"first",)"
            R"("type":"STRING"},{"enum":["b"],"type":"STRING"}]}}})");
}

TEST(GeminiSchema, R8ToolsInUseAreCopiedButForTheirDialect) {
  for (const std::string_view tool : tools_in_use) {
    auto expected = nlohmann::ordered_json::parse(tool);
    expected.erase("$schema");
    EXPECT_EQ(nlohmann::ordered_json::parse(copied(tool)), expected);
  }
}

}  // namespace
}  // namespace llmgw::proxy::gemini
