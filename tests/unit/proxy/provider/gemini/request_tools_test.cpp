// SPDX-License-Identifier: MIT
// Tools and the choice between them.
#include <utility>

#include "tests/unit/proxy/provider/gemini/translated.hpp"

namespace llmgw::proxy {
namespace {

using gemini_test::body_of;
using gemini_test::dropping;
using gemini_test::gemini_2;
using gemini_test::Names;
using gemini_test::refused;
using gemini_test::translated;
using gemini_test::with;

constexpr std::string_view two_tools =
    R"("tools":[{"type":"function","function":{"name":"a","description":"d\u00e9","parameters":)"
    R"({"$schema":"x","type":"object","properties":{"p":{"type":"integer"}}}}},)"
    R"({"type":"function","function":{"name":"3b"}}])";

// `tools` and `toolConfig`.
std::string tools_of(std::string_view members, const TranslationTarget& target = gemini_2) {
  const auto body = body_of(with(members), target);
  return (body.contains("tools") ? body["tools"].dump() : "") +
         (body.contains("toolConfig") ? body["toolConfig"].dump() : "");
}
std::string config_of(std::string_view choice) {
  const auto body = body_of(with(std::string(two_tools) + "," + std::string(choice)));
  return body.contains("toolConfig") ? body["toolConfig"]["functionCallingConfig"].dump() : "none";
}

TEST(GeminiTools, R16FunctionsAreDeclaredInOneTool) {
  EXPECT_EQ(translated(with(two_tools)).body,
            R"({"tools":[{"functionDeclarations":[{"name":"a","description":"d\u00e9",)"
            R"("parametersJsonSchema":{"type":"object","properties":{"p":{"type":"integer"}}}},)"
            R"({"name":"_3b"}]}],"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
  EXPECT_EQ(tools_of(R"("functions":[{"name":"f","parameters":{}}])"),
            R"([{"functionDeclarations":[{"name":"f"}]}])");
}

TEST(GeminiTools, R8SchemasAreReducedForOlderModels) {
  TranslationTarget old = gemini_2;
  old.reduces_schema = true;
  EXPECT_EQ(tools_of(two_tools, old),
            R"([{"functionDeclarations":[{"name":"a","description":"dé","parameters":)"
            R"({"type":"OBJECT","properties":{"p":{"type":"INTEGER"}}}},{"name":"_3b"}]}])");
  EXPECT_EQ(tools_of(R"("tools":[{"type":"function","function":{"name":"f","parameters":)"
                     R"({"type":"object","properties":{},"additionalProperties":false}}}])",
                     old),
            R"([{"functionDeclarations":[{"name":"f"}]}])");
  const TranslationRefusal refusal = refused(
      with(R"("tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":)"
           R"({"name":"g","parameters":{"properties":{"x":{"$ref":"#"}}}}}])"),
      old);
  EXPECT_EQ(refusal.code, "invalid_value");
  EXPECT_EQ(refusal.param, "tools[1].function.parameters");
  EXPECT_EQ(refusal.message, "'tools[1].function.parameters' refers to itself.");
}

TEST(GeminiTools, ChoicesAreModes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"("tool_choice":null)", "none"},
      {R"("tool_choice":"auto")", "none"},
      {R"("tool_choice":"none")", R"({"mode":"NONE"})"},
      {R"("tool_choice":"required")", R"({"mode":"ANY"})"},
      {R"("function_call":"none")", R"({"mode":"NONE"})"},
      {R"("tool_choice":{"type":"function","function":{"name":"3b"}})",
       R"({"mode":"ANY","allowedFunctionNames":["_3b"]})"},
      {R"("function_call":{"name":"a"})", R"({"mode":"ANY","allowedFunctionNames":["a"]})"},
  };
  for (const auto& [choice, config] : cases) EXPECT_EQ(config_of(choice), config) << choice;
}

TEST(GeminiTools, R13AllowedToolsAreNamedOrDeclaredAlone) {
  const std::string list =
      R"("tools":[{"type":"function","function":{"name":"3b"}},{"type":"function","function":)"
      R"({"name":"gone"}}]}})";
  const std::string choice = R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":)";
  const std::string members = std::string(two_tools) + "," + choice;
  EXPECT_EQ(config_of(choice + R"("required",)" + list),
            R"({"mode":"ANY","allowedFunctionNames":["_3b"]})");
  EXPECT_EQ(tools_of(members + R"("auto",)" + list),
            R"([{"functionDeclarations":[{"name":"_3b"}]}])"
            R"({"functionCallingConfig":{"mode":"AUTO"}})");
  EXPECT_EQ(refused(with(members + R"("required","tools":[]}})")).param,
            "tool_choice.allowed_tools.tools");
}

TEST(GeminiTools, R13ForcedChoicesAreRefusedWhereTheTargetSaysSo) {
  TranslationTarget target = gemini_2;
  target.has_forced_tools = false;
  const std::string members = std::string(two_tools) + R"(,"tool_choice":"required")";
  EXPECT_EQ(refused(with(members), target).code, "unsupported_value");
  const TranslatedRequest request = translated(with(members), dropping(target));
  EXPECT_EQ(request.dropped, Names({"tool_choice"}));
  EXPECT_EQ(request.body.find("toolConfig"), std::string::npos);
}

TEST(GeminiTools, AdvisoryMembersAreNamed) {
  EXPECT_EQ(translated(with(R"("tools":[{"type":"function","cache_control":{"type":"ephemeral"},)"
                            R"("function":{"name":"f","strict":true}}])"))
                .dropped,
            Names({"tools.strict", "cache_control"}));
}

TEST(GeminiTools, R7ToolsOfOtherTypesAreRefused) {
  const std::string members =
      R"("tools":[{"type":"custom","custom":{"name":"c"}}],"tool_choice":"required")";
  EXPECT_EQ(refused(with(members)).param, "tools[0]");
  EXPECT_EQ(translated(with(members), dropping(gemini_2)).dropped,
            Names({"tools[0]", "tool_choice"}));
}

}  // namespace
}  // namespace llmgw::proxy
