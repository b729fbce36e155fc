// SPDX-License-Identifier: MIT
// Members of the request: what is carried, what is left out and named, and what is refused.
#include <algorithm>
#include <utility>

#include "tests/unit/proxy/provider/gemini/translated.hpp"

namespace llmgw::proxy {
namespace {

using gemini_test::body_of;
using gemini_test::dropping;
using gemini_test::gemini_2;
using gemini_test::gemini_3;
using gemini_test::Names;
using gemini_test::refused;
using gemini_test::translated;
using gemini_test::with;

std::string config_of(std::string_view members, const TranslationTarget& target = gemini_2) {
  const auto body = body_of(with(members), target);
  return body.contains("generationConfig") ? body["generationConfig"].dump() : "none";
}

TEST(GeminiParams, PlainRequestIsItsContents) {
  const TranslatedRequest request = translated(with(""));
  EXPECT_EQ(request.body, R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
  EXPECT_EQ(request.dropped, Names());
  EXPECT_FALSE(request.is_stream);
  EXPECT_FALSE(request.wants_usage);
  EXPECT_FALSE(request.is_max_tokens_defaulted);
}

TEST(GeminiParams, AreCarriedAsTheyAreWritten) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"("max_tokens":5)", R"({"maxOutputTokens":5})"},
      {R"("max_tokens":5,"max_completion_tokens":5)", R"({"maxOutputTokens":5})"},
      {R"("temperature":0.70,"top_p":9e-1,"top_k":40)",
       R"({"temperature":0.70,"topP":9e-1,"topK":40})"},
      {R"("stop":"a\n")", R"({"stopSequences":["a\n"]})"},
      {R"("stop":["a","\u00e4","c","d"])", R"({"stopSequences":["a","\u00e4","c","d"]})"},
      {R"("n":3)", R"({"candidateCount":3})"},
      {R"("seed":-7)", R"({"seed":-7})"},
      {R"("presence_penalty":-0.5,"frequency_penalty":2)",
       R"({"presencePenalty":-0.5,"frequencyPenalty":2})"},
      {R"("logprobs":true,"top_logprobs":3)", R"({"responseLogprobs":true,"logprobs":3})"},
      {R"("logprobs":true)", R"({"responseLogprobs":true})"},
      {R"("modalities":["text","image"])", R"({"responseModalities":["TEXT","IMAGE"]})"},
      {R"("modalities":["image"])", R"({"responseModalities":["IMAGE"]})"},
  };
  for (const auto& [members, config] : cases) {
    const TranslatedRequest request = translated(with(members));
    EXPECT_EQ(request.body, R"({"generationConfig":)" + std::string(config) +
                                R"(,"contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
    EXPECT_EQ(request.dropped, Names()) << members;
  }
}

TEST(GeminiParams, DefaultsCountAsAbsent) {
  const std::string plain = translated(with("")).body;
  for (const std::string_view member : {R"("n":1)",
                                        R"("temperature":1)",
                                        R"("temperature":1.0)",
                                        R"("top_p":1)",
                                        R"("presence_penalty":0)",
                                        R"("frequency_penalty":0.0)",
                                        R"("logprobs":false)",
                                        R"("logit_bias":{})",
                                        R"("tool_choice":"auto")",
                                        R"("seed":null)",
                                        R"("tools":null)",
                                        R"("parallel_tool_calls":true)",
                                        R"("response_format":{"type":"text"})",
                                        R"("modalities":["text"])",
                                        R"("stop":null)",
                                        R"("store":false)",
                                        R"("metadata":{})",
                                        R"("service_tier":"auto")",
                                        R"("extra_body":{"google":{}})",
                                        R"("audio":null)",
                                        R"("stream":false)",
                                        R"("reasoning_effort":null)",
                                        R"("web_search_options":null)"}) {
    const TranslatedRequest request = translated(with(member), gemini_3);
    EXPECT_EQ(request.body, plain) << member;
    EXPECT_EQ(request.dropped, Names()) << member;
  }
}

TEST(GeminiParams, StreamIsOfThePath) {
  const TranslatedRequest request =
      translated(with(R"("stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_TRUE(request.is_stream);
  EXPECT_TRUE(request.wants_usage);
  EXPECT_EQ(request.body, translated(with("")).body);
  EXPECT_EQ(
      translated(with(R"("stream":true,"stream_options":{"include_obfuscation":true})")).dropped,
      Names({"stream_options.include_obfuscation"}));
}

TEST(GeminiParams, AdvisoryOnesAreNamed) {
  const std::string plain = translated(with("")).body;
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"parallel_tool_calls", "false"},
      {"verbosity", "\"low\""},
      {"user", "\"u\""},
      {"safety_identifier", "\"u\""},
      {"metadata", R"({"a":"b"})"},
      {"store", "true"},
      {"prediction", R"({"type":"content","content":"x"})"},
      {"service_tier", "\"flex\""},
      {"prompt_cache_key", "\"k\""},
      {"prompt_cache_retention", "\"24h\""},
      {"moderation", "true"},
      {"thinking", R"({"type":"enabled"})"},
      {"cache_control", R"({"type":"ephemeral"})"},
      {"foo_bar", "[1]"},
  };
  for (const auto& [name, value] : cases) {
    const std::string member = "\"" + std::string(name) + "\":" + std::string(value);
    const TranslatedRequest request = translated(with(member));
    EXPECT_EQ(request.body, plain) << name;
    EXPECT_EQ(request.dropped, Names({std::string(name)})) << name;
  }
}

TEST(GeminiParams, R7BindingOnesAreRefusedOrNamed) {
  const std::string plain = translated(with("")).body;
  struct Case {
    std::string_view param;
    std::string_view member;
    std::string_view code = "unsupported_parameter";
    TranslationTarget target = gemini_2;
  };
  const Case cases[] = {
      {"logit_bias", R"("logit_bias":{"50256":-100})"},
      {"web_search_options", R"("web_search_options":{})"},
      {"audio", R"("audio":{"voice":"alloy","format":"wav"})"},
      {"modalities", R"("modalities":["audio"])"},
      {"presence_penalty", R"("presence_penalty":0.1)", "unsupported_parameter", gemini_3},
      {"frequency_penalty", R"("frequency_penalty":-1)", "unsupported_parameter", gemini_3},
      {"tools[0]", R"("tools":[{"type":"custom","custom":{"name":"c"}}])"},
      {"seed", R"("seed":2147483648)", "unsupported_value"},
      {"stop", R"("stop":["1","2","3","4","5","6"])", "unsupported_value"},
      {"reasoning_effort", R"("reasoning_effort":"xhigh")", "unsupported_value"},
      {"reasoning_effort", R"("reasoning_effort":"max")", "unsupported_value", gemini_3},
      {"reasoning_effort", R"("reasoning_effort":"huge")", "unsupported_value"},
      {"response_format", R"("response_format":{"type":"grammar"})", "unsupported_value"},
  };
  for (const Case& each : cases) {
    const TranslationRefusal refusal = refused(with(each.member), each.target);
    EXPECT_EQ(refusal.code, each.code) << each.member;
    EXPECT_EQ(refusal.param, each.param);
    EXPECT_NE(refusal.message.find("'" + std::string(each.param) + "'"), std::string::npos);
    const TranslatedRequest request = translated(with(each.member), dropping(each.target));
    EXPECT_EQ(request.body, plain) << each.member;
    EXPECT_EQ(request.dropped, Names({std::string(each.param)})) << each.member;
  }
}

TEST(GeminiParams, R7AllThatBindsIsNamedInOneMessage) {
  const TranslationRefusal refusal =
      refused(with(R"("logit_bias":{"1":1},"web_search_options":{},"seed":3000000000,"n":2)"));
  EXPECT_EQ(refusal.param, "logit_bias");
  for (const char* const name : {"logit_bias", "web_search_options", "seed"})
    EXPECT_NE(refusal.message.find(name), std::string::npos) << refusal.message;
  EXPECT_EQ(refusal.message.find("'n'"), std::string::npos);
}

TEST(GeminiParams, R15SeedIsOf32Bits) {
  for (const std::string_view seed : {"2147483647", "-2147483648", "0"})
    EXPECT_EQ(config_of("\"seed\":" + std::string(seed)), "{\"seed\":" + std::string(seed) + "}");
  for (const std::string_view seed :
       {"2147483648", "-2147483649", "4294967296", "9007199254740993", "99999999999999999999999"})
    EXPECT_EQ(refused(with("\"seed\":" + std::string(seed))).code, "unsupported_value") << seed;
  for (const std::string_view seed : {"1.5", "1e3"})
    EXPECT_EQ(refused(with("\"seed\":" + std::string(seed))).code, "invalid_value") << seed;
}

TEST(GeminiParams, R17SamplingIsNamedWhereItIsIgnored) {
  const TranslationTarget newest{.model = "gemini-3.6-pro", .provider = "google"};
  const std::string members = R"("temperature":0.5,"top_p":0.5,"top_k":3)";
  const TranslatedRequest request = translated(with(members), newest);
  EXPECT_EQ(request.body, translated(with("")).body);
  EXPECT_EQ(request.dropped, Names({"temperature", "top_p", "top_k"}));
  EXPECT_EQ(config_of(members, gemini_3), R"({"temperature":0.5,"topP":0.5,"topK":3})");
  TranslationTarget told = newest;
  told.has_sampling = true;
  EXPECT_EQ(config_of(members, told), R"({"temperature":0.5,"topP":0.5,"topK":3})");
}

TEST(GeminiParams, R18EmptyStopsAreLeftOut) {
  const TranslatedRequest request = translated(with(R"("stop":["","a"])"));
  EXPECT_EQ(request.dropped, Names({"stop"}));
  EXPECT_EQ(config_of(R"("stop":["","a"])"), R"({"stopSequences":["a"]})");
  EXPECT_EQ(config_of(R"("stop":"")"), "none");
}

TEST(GeminiParams, ResponseFormats) {
  const std::string schema =
      R"("response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,)"
      R"("schema":{"$schema":"x","type":"object","properties":{"a":{"type":["string","null"]}},)"
      R"("additionalProperties":false}}})";
  EXPECT_EQ(config_of(R"("response_format":{"type":"json_object"})"),
            R"({"responseMimeType":"application/json"})");
  EXPECT_EQ(config_of(schema),
            R"({"responseMimeType":"application/json","responseJsonSchema":{"type":"object",)"
            R"("properties":{"a":{"type":["string","null"]}},"additionalProperties":false}})");
  TranslationTarget old = gemini_2;
  old.reduces_schema = true;
  EXPECT_EQ(config_of(schema, old),
            R"({"responseMimeType":"application/json","responseSchema":{"type":"OBJECT",)"
            R"("properties":{"a":{"type":"STRING","nullable":true}}}})");
  const TranslationRefusal refusal = refused(
      with(R"("response_format":{"type":"json_schema","json_schema":{"schema":{"$ref":"#"}}})"),
      old);
  EXPECT_EQ(refusal.code, "invalid_value");
  EXPECT_EQ(refusal.param, "response_format.json_schema.schema");
}

std::string thinking_of(std::string_view effort, const TranslationTarget& target) {
  return config_of("\"reasoning_effort\":\"" + std::string(effort) + "\"", target);
}

TEST(GeminiParams, EffortsAreBudgetsForEarlierModels) {
  const std::pair<std::string_view, std::string_view> budgets[] = {
      {"minimal", "512"}, {"low", "1024"}, {"medium", "2048"}, {"high", "4096"}};
  for (const auto& [effort, budget] : budgets) {
    EXPECT_EQ(thinking_of(effort, gemini_2), R"({"thinkingConfig":{"thinkingBudget":)" +
                                                 std::string(budget) +
                                                 R"(,"includeThoughts":true}})");
  }
  EXPECT_EQ(thinking_of("none", gemini_2), R"({"thinkingConfig":{"thinkingBudget":0}})");
}

TEST(GeminiParams, EffortsAreLevelsForLaterModels) {
  const TranslationTarget flash{.model = "gemini-3-flash-preview", .provider = "google"};
  for (const std::string_view effort : {"low", "medium", "high"}) {
    EXPECT_EQ(thinking_of(effort, gemini_3), R"({"thinkingConfig":{"thinkingLevel":")" +
                                                 std::string(effort) +
                                                 R"(","includeThoughts":true}})");
  }
  EXPECT_EQ(thinking_of("minimal", gemini_3),
            R"({"thinkingConfig":{"thinkingLevel":"low","includeThoughts":true}})");
  EXPECT_EQ(thinking_of("minimal", flash),
            R"({"thinkingConfig":{"thinkingLevel":"minimal","includeThoughts":true}})");
  EXPECT_EQ(thinking_of("none", flash),
            R"({"thinkingConfig":{"thinkingLevel":"minimal","includeThoughts":false}})");
  EXPECT_EQ(translated(with(R"("reasoning_effort":"none")"), gemini_3).dropped,
            Names({"reasoning_effort"}));
  EXPECT_EQ(translated(with(R"("reasoning_effort":"low")"), gemini_3).dropped, Names());
}

TEST(GeminiParams, ThoughtsAreAskedForWhereTheyAreShown) {
  TranslationTarget silent = gemini_3;
  silent.shows_reasoning = false;
  EXPECT_EQ(thinking_of("high", silent), R"({"thinkingConfig":{"thinkingLevel":"high"}})");
  silent.reasoning = ReasoningForm::off;
  EXPECT_EQ(thinking_of("high", silent), "none");
  EXPECT_EQ(translated(with(R"("reasoning_effort":"high")"), silent).dropped,
            Names({"reasoning_effort"}));
  EXPECT_EQ(translated(with(R"("reasoning_effort":"none")"), silent).dropped, Names());
}

TEST(GeminiParams, GooglesOwnExtensionsAreCarried) {
  const std::string members =
      R"("reasoning_effort":"low","extra_body":{"google":{"thinking_config":{"thinking_budget":)"
      R"(7,"include_thoughts":true,"other":1},"safety_settings":[{"category":"C","threshold":)"
      R"("T"}],"cached_content":"cachedContents/x","tag":1},"openai":{}})";
  const TranslatedRequest request = translated(with(members));
  EXPECT_EQ(request.body,
            R"({"generationConfig":{"thinkingConfig":{"thinkingBudget":7,"includeThoughts":true,)"
            R"("other":1}},"safetySettings":[{"category":"C","threshold":"T"}],)"
            R"("cachedContent":"cachedContents/x",)"
            R"("contents":[{"role":"user","parts":[{"text":"hi"}]}]})");
  EXPECT_EQ(request.dropped,
            Names({"extra_body.google.tag", "extra_body.openai", "reasoning_effort"}));
  for (const std::string_view bad : {R"("extra_body":1)", R"("extra_body":{"google":[]})",
                                     R"("extra_body":{"google":{"thinking_config":"low"}})",
                                     R"("extra_body":{"google":{"safety_settings":{}}})",
                                     R"("extra_body":{"google":{"cached_content":5}})"})
    EXPECT_EQ(refused(with(bad)).code, "invalid_value") << bad;
}

TEST(GeminiParams, ValuesThatAreNoneAreRejected) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"n", "0"},           {"n", "1.5"},          {"n", "\"2\""},      {"max_tokens", "0"},
      {"max_tokens", "-1"}, {"temperature", "{}"}, {"stop", "[1]"},     {"modalities", "[1]"},
      {"tools", "{}"},      {"stream", "1"},       {"logit_bias", "5"}, {"seed", "\"1\""},
  };
  for (const auto& [name, value] : cases) {
    const TranslationRefusal refusal =
        refused(with("\"" + std::string(name) + "\":" + std::string(value)));
    EXPECT_EQ(refusal.code, "invalid_value") << name;
    EXPECT_EQ(refusal.param, name);
  }
}

// Each is carried, named, or refused.
TEST(GeminiParams, R7NoMemberVanishes) {
  const std::string plain = translated(with("")).body;
  const std::string_view members[] = {R"("max_completion_tokens":9)",
                                      R"("max_tokens":9)",
                                      R"("temperature":0.1)",
                                      R"("top_p":0.1)",
                                      R"("top_k":2)",
                                      R"("stop":"s")",
                                      R"("n":2)",
                                      R"("seed":1)",
                                      R"("presence_penalty":1)",
                                      R"("frequency_penalty":1)",
                                      R"("logit_bias":{"1":1})",
                                      R"("logprobs":true)",
                                      R"("top_logprobs":2)",
                                      R"("tools":[{"type":"function","function":{"name":"f"}}])",
                                      R"("functions":[{"name":"f"}])",
                                      R"("parallel_tool_calls":false)",
                                      R"("response_format":{"type":"json_object"})",
                                      R"("reasoning_effort":"low")",
                                      R"("verbosity":"high")",
                                      R"("user":"u")",
                                      R"("safety_identifier":"u")",
                                      R"("metadata":{"a":"b"})",
                                      R"("store":true)",
                                      R"("prediction":{"type":"content"})",
                                      R"("service_tier":"flex")",
                                      R"("prompt_cache_key":"k")",
                                      R"("prompt_cache_retention":"24h")",
                                      R"("moderation":{"a":1})",
                                      R"("modalities":["audio"])",
                                      R"("audio":{"voice":"v"})",
                                      R"("web_search_options":{})",
                                      R"("thinking":{})",
                                      R"("unheard_of":0)",
                                      R"("tool_choice":"required")",
                                      R"("extra_body":{"x":1})"};
  for (const std::string_view member : members) {
    for (const TranslationTarget& target : {gemini_2, gemini_3, dropping(gemini_3)}) {
      const RequestTranslation result = translate_to_gemini(with(member), target);
      const auto* const request = std::get_if<TranslatedRequest>(&result);
      EXPECT_TRUE(request == nullptr || request->body != plain || !request->dropped.empty())
          << member;
    }
  }
}

}  // namespace
}  // namespace llmgw::proxy
