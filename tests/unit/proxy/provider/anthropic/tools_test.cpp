// SPDX-License-Identifier: MIT
// Tools and the choice between them.
#include "proxy/provider/anthropic/tools.hpp"

#include <gtest/gtest.h>

#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy {
namespace {

std::string tool(const std::string& members) {
  return R"("tools":[{"type":"function","function":{)" + members + "}}]";
}

TEST(AnthropicTools, R16GoldenRequest) {
  const std::string body =
      R"({"model":"x","messages":[{"role":"user","content":"Weather?"}],)"
      R"("tools":[{"type":"function","function":{"name":"get_weather",)"
      R"("description":"Now \u2014 here","parameters":{"type":"object",)"
      R"("properties":{"z":{"type":"string"},"a":{"type":"integer","minimum":1.0}},)"
      R"("required":["z"],"additionalProperties":false},"strict":true}},)"
      R"({"type":"function","function":{"name":"now"}}],)"
      R"("tool_choice":"required","parallel_tool_calls":false,"max_tokens":9})";
  EXPECT_EQ(translated(body).body,
            R"({"model":"claude-sonnet-4-6","max_tokens":9,"tools":[{"name":"get_weather",)"
            R"("description":"Now \u2014 here","input_schema":{"type":"object",)"
            R"("properties":{"z":{"type":"string"},"a":{"type":"integer","minimum":1.0}},)"
            R"("required":["z"],"additionalProperties":false},"strict":true},)"
            R"({"name":"now","input_schema":{"type":"object","properties":{}}}],)"
            R"("tool_choice":{"type":"any","disable_parallel_tool_use":true},)"
            R"("messages":[{"role":"user","content":[{"type":"text","text":"Weather?"}]}]})");
}

TEST(AnthropicTools, SchemasGetTheTypeThatIsDemanded) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("parameters":{"properties":{"a":{}}})", R"({"type":"object","properties":{"a":{}}})"},
      {R"("parameters":{})", R"({"type":"object","properties":{}})"},
      {R"("parameters":null)", R"({"type":"object","properties":{}})"},
      {R"("parameters":{"oneOf":[],"type":"object"})", R"({"oneOf":[],"type":"object"})"},
  };
  for (const auto& [parameters, schema] : cases) {
    const Json got = sent(with(tool(R"("name":"f",)" + parameters)));
    EXPECT_EQ(got["tools"][0]["input_schema"].dump(), schema) << parameters;
  }
}

TEST(AnthropicTools, ChoicesByTheirForm) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("tool_choice":"none")", R"({"type":"none"})"},
      {R"("tool_choice":"required")", R"({"type":"any"})"},
      {R"("tool_choice":{"type":"function","function":{"name":"f"}})",
       R"({"type":"tool","name":"f"})"},
      {R"("function_call":{"name":"f"})", R"({"type":"tool","name":"f"})"},
      {R"("function_call":"none")", R"({"type":"none"})"},
      {R"("parallel_tool_calls":false)", R"({"type":"auto","disable_parallel_tool_use":true})"},
      {R"("tool_choice":"none","parallel_tool_calls":false)", R"({"type":"none"})"},
  };
  for (const auto& [member, choice] : cases)
    EXPECT_EQ(sent(with(one_tool + "," + member))["tool_choice"].dump(), choice) << member;
  EXPECT_FALSE(sent(with(one_tool + R"(,"tool_choice":"auto")")).contains("tool_choice"));
  EXPECT_EQ(sent(with(R"("functions":[{"name":"g"}],"function_call":"none")"))["tools"][0]["name"],
            "g");
}

TEST(AnthropicTools, AllowedToolsAloneAreSent) {
  const std::string tools =
      R"("tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"b"}}],)"
      R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":")";
  const std::string names = R"(","tools":[{"type":"function","function":{"name":"b"}}]}})";
  const Json got = sent(with(tools + "required" + names));
  EXPECT_EQ(got["tools"].size(), 1u);
  EXPECT_EQ(got["tools"][0]["name"], "b");
  EXPECT_EQ(got["tool_choice"]["type"], "any");
  EXPECT_EQ(sent(with(tools + "auto" + names))["tool_choice"]["type"], "auto");
  EXPECT_EQ(refused(with(tools + "required" + R"(","tools":[]}})")).param, "tool_choice");
  EXPECT_EQ(refused(with(tools + "x" + names)).param, "tool_choice.allowed_tools.mode");
}

TEST(AnthropicTools, R13ForcedChoiceOnModelsWithoutIsNeverAutoInSilence) {
  const std::string body = with(one_tool + R"(,"tool_choice":"required")");
  for (const std::string_view model :
       {"claude-fable-5-1", "claude-mythos-5-1", "claude-opus-5-5", "claude-sonnet-5-5"}) {
    TranslationTarget target = target_of(model);
    EXPECT_EQ(refused(body, target).code, "unsupported_value");
    EXPECT_EQ(refused(body, target).param, "tool_choice");
    target.drops_unsupported = true;
    EXPECT_EQ(dropped(body, target), Names{"tool_choice"});
    EXPECT_FALSE(sent(body, target).contains("tool_choice"));
  }
  TranslationTarget told = plain_target();
  told.has_forced_tools = false;
  EXPECT_EQ(refused(body, told).param, "tool_choice");
}

TEST(AnthropicTools, R13ForcedChoiceWithThinking) {
  const std::string body =
      with(one_tool + R"(,"tool_choice":"required","reasoning_effort":"high")");
  const Json adaptive = sent(body);
  EXPECT_EQ(adaptive["thinking"]["type"], "adaptive");
  EXPECT_EQ(adaptive["tool_choice"]["type"], "any");
  EXPECT_EQ(dropped(body, budget_target()), Names{"reasoning_effort"});
  EXPECT_FALSE(sent(body, budget_target()).contains("thinking"));
  EXPECT_EQ(sent(body, budget_target())["tool_choice"]["type"], "any");
}

TEST(AnthropicTools, ChoicesNeedTools) {
  EXPECT_EQ(refused(with(R"("tool_choice":"required")")).param, "tool_choice");
  EXPECT_FALSE(sent(with(R"("tool_choice":"none")")).contains("tool_choice"));
  EXPECT_FALSE(sent(with(R"("parallel_tool_calls":false)")).contains("tool_choice"));
}

TEST(AnthropicTools, InputIsStreamedWhereTheTargetSaysSo) {
  TranslationTarget target = plain_target();
  target.streams_tool_input = true;
  EXPECT_EQ(sent(with(one_tool), target)["tools"][0]["eager_input_streaming"], true);
}

TEST(AnthropicTools, WrongFormsAreRefusedByTheirPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("tools":[1])", "tools[0]"},
      {R"("tools":[{"type":"function"}])", "tools[0].function.name"},
      {tool(R"("name":"")"), "tools[0].function.name"},
      {tool(R"("name":"f","description":1)"), "tools[0].function.description"},
      {tool(R"("name":"f","parameters":[])"), "tools[0].function.parameters"},
      {R"("functions":[{}])", "functions[0].name"},
      {one_tool + R"(,"tool_choice":"x")", "tool_choice"},
      {one_tool + R"(,"tool_choice":{"type":"custom"})", "tool_choice"},
      {one_tool + R"(,"tool_choice":{"type":"function"})", "tool_choice.function.name"},
  };
  for (const auto& [members, param] : cases) EXPECT_EQ(refused(with(members)).param, param);
}

}  // namespace
}  // namespace llmgw::proxy
