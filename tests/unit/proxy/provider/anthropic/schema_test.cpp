// SPDX-License-Identifier: MIT
// Schemas of answers: keyword by keyword, and as a format of a request.
#include "proxy/provider/anthropic/schema.hpp"

#include <gtest/gtest.h>

#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy::anthropic {
namespace {

std::string mapped(const std::string& schema) {
  std::string out;
  return append_schema(schema, out) == SchemaFate::refused ? "refused" : out;
}

TEST(AnthropicSchema, KeepsWhatIsSupported) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"type":"string"})", R"({"type":"string"})"},
      {R"({"type":"string","format":"uuid","title":"T","description":"d"})",
       R"({"type":"string","format":"uuid","title":"T","description":"d"})"},
      {R"({"type":["string","null"]})", R"({"type":["string","null"]})"},
      {R"({"enum":["b","a",1.0,null]})", R"({"enum":["b","a",1.0,null]})"},
      {R"({"type":"string","enum":["a"]})", R"({"enum":["a"]})"},
      {R"({"const":1,"type":"integer"})", R"({"const":1})"},
      {R"({"type":"array","items":{"type":"number"},"minItems":1})",
       R"({"type":"array","items":{"type":"number"},"minItems":1})"},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})",
       R"({"anyOf":[{"type":"string"},{"type":"null"}]})"},
      {R"({"oneOf":[{"type":"string"}]})", R"({"anyOf":[{"type":"string"}]})"},
      {R"({"allOf":[{"$ref":"#/$defs/a"}]})", R"({"allOf":[{"$ref":"#/$defs/a"}]})"},
      {R"({"$ref":"#/$defs/a","description":"d"})", R"({"$ref":"#/$defs/a"})"},
      {R"({"$defs":{"a":{"type":"string"}},"$ref":"#/$defs/a"})",
       R"({"$defs":{"a":{"type":"string"}},"$ref":"#/$defs/a"})"},
      {R"({"$schema":"s","type":"boolean"})", R"({"type":"boolean"})"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(mapped(schema), expected);
}

TEST(AnthropicSchema, ClosesObjectsAndKeepsTheOrderOfMembers) {
  EXPECT_EQ(
      mapped(
          R"({"type":"object","properties":{"z":{"type":"string"},"a":{"type":"object"}},"required":["z"]})"),
      R"({"type":"object","properties":{"z":{"type":"string"},"a":{"type":"object","properties":{},)"
      R"("additionalProperties":false}},"required":["z"],"additionalProperties":false})");
  EXPECT_EQ(mapped(R"({"type":["object","null"],"properties":{"a":{"type":"string"}}})"),
            R"({"type":["object","null"],"properties":{"a":{"type":"string"}},)"
            R"("additionalProperties":false})");
}

TEST(AnthropicSchema, TellsTheRestInTheDescription) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"type":"string","minLength":1,"description":"d","pattern":"^\"a\""})",
       R"({"type":"string","description":"d\n\n{minLength: 1, pattern: \"^\\\"a\\\"\"}"})"},
      {R"({"type":"integer","maximum":9007199254740993})",
       R"({"type":"integer","description":"{maximum: 9007199254740993}"})"},
      {R"({"type":"string","format":"zip"})",
       R"({"type":"string","description":"{format: \"zip\"}"})"},
      {R"({"type":"array","minItems":2,"items":true})",
       R"({"type":"array","description":"{minItems: 2, items: true}"})"},
      {R"({"type":"string","required":["a"]})",
       R"({"type":"string","description":"{required: [\"a\"]}"})"},
      {R"({"type":"array","enum":[[1]]})", R"({"type":"array","description":"{enum: [[1]]}"})"},
      {R"({"type":"string","description":"","default":"x"})",
       R"({"type":"string","description":"{default: \"x\"}"})"},
  };
  for (const auto& [schema, expected] : cases) EXPECT_EQ(mapped(schema), expected);
}

TEST(AnthropicSchema, RefusesWhatDemandsNothing) {
  for (const char* const schema :
       {"{}", R"({"description":"d"})", R"({"enum":[]})", R"({"type":"array","items":{}})",
        R"({"type":"object","properties":{"a":true}})", R"({"anyOf":[1]})"})
    EXPECT_EQ(mapped(schema), "refused") << schema;
}

TEST(AnthropicSchema, DepthAndSizeAreBounded) {
  const auto nested = [](unsigned levels) {
    std::string schema = R"({"type":"string"})";
    for (unsigned i = 1; i < levels; ++i) schema = R"({"type":"array","items":)" + schema + "}";
    return schema;
  };
  EXPECT_NE(mapped(nested(deepest_schema)), "refused");
  EXPECT_EQ(mapped(nested(deepest_schema + 1)), "refused");
  EXPECT_EQ(
      mapped(R"({"type":"string","description":")" + std::string(longest_schema, 'x') + "\"}"),
      "refused");
}

TEST(AnthropicSchema, OfTwoMembersOfANameTheLastCounts) {
  EXPECT_EQ(mapped(R"({"type":"string","type":"number"})"), R"({"type":"number"})");
}

std::string format(const std::string& schema) {
  return with(R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":)" +
              schema + "}}");
}

TEST(AnthropicSchema, IsAFormatOfTheOutput) {
  EXPECT_EQ(sent(format(R"({"type":"string"})"))["output_config"],
            Json({{"format", {{"type", "json_schema"}, {"schema", {{"type", "string"}}}}}}));
  const Json both = sent(format(R"({"type":"string"})").insert(1, R"("reasoning_effort":"low",)"));
  EXPECT_EQ(both["output_config"]["effort"], "low");
  EXPECT_EQ(both["output_config"]["format"]["type"], "json_schema");
}

TEST(AnthropicSchema, ObjectsThatWereOpenAreNamed) {
  for (const char* const open : {"true", R"({"type":"string"})"}) {
    const std::string body =
        format(R"({"type":"object","additionalProperties":)" + std::string(open) + "}");
    EXPECT_EQ(dropped(body), Names{"response_format.additionalProperties"});
  }
  EXPECT_TRUE(dropped(format(R"({"type":"object","additionalProperties":false})")).empty());
}

TEST(AnthropicSchema, FormatsThatAreNoGoodAreRefused) {
  EXPECT_EQ(refused(format("{}")).code, "unsupported_value");
  EXPECT_EQ(refused(format("{}")).param, "response_format.json_schema.schema");
  EXPECT_EQ(refused(format("1")).code, "invalid_value");
  EXPECT_EQ(refused(with(R"("response_format":{"type":"grammar"})")).code, "unsupported_value");
  EXPECT_EQ(refused(with(R"("response_format":{})")).param, "response_format.type");
  TranslationTarget dropping = plain_target();
  dropping.drops_unsupported = true;
  EXPECT_FALSE(sent(format("{}"), dropping).contains("output_config"));
}

}  // namespace
}  // namespace llmgw::proxy::anthropic
