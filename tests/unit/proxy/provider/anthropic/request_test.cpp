// SPDX-License-Identifier: MIT
// Members of the request: carried, named or refused.
#include "proxy/provider/anthropic/request.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy {
namespace {

TEST(AnthropicRequest, CarriesTheLeast) {
  const TranslatedRequest got = translated(with(""));
  EXPECT_EQ(got.body,
            R"({"model":"claude-sonnet-4-6","max_tokens":128000,"messages":[{"role":"user",)"
            R"("content":[{"type":"text","text":"hi"}]}]})");
  EXPECT_TRUE(got.dropped.empty());
  EXPECT_FALSE(got.is_stream || got.wants_usage);
  EXPECT_TRUE(got.is_max_tokens_defaulted);
}

TEST(AnthropicRequest, R5SameBytesYieldSameBytes) {
  const std::string body =
      with(R"("tools":[{"type":"function","function":{"name":"f","parameters":{"b":1,"a":2}}}],)"
           R"("seed":1,"zzz":1,"aaa":2,"metadata":{"k":"v"},"user":"u","temperature":0.30,)"
           R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":)"
           R"({"type":"object","properties":{"b":{"type":"string"},"a":{"type":"number"}}}}})");
  const TranslatedRequest first = translated(body);
  for (int i = 0; i < 1000; ++i) {
    const TranslatedRequest next = translated(body);
    ASSERT_EQ(next.body, first.body);
    ASSERT_EQ(next.dropped, first.dropped);
  }
}

TEST(AnthropicRequest, R6MaxTokensByEachSource) {
  TranslationTarget target = plain_target();
  EXPECT_EQ(sent(with(R"("max_tokens":5)"))["max_tokens"], 5);
  EXPECT_EQ(sent(with(R"("max_completion_tokens":6,"max_tokens":5)"))["max_tokens"], 6);
  EXPECT_EQ(dropped(with(R"("max_completion_tokens":6,"max_tokens":5)")), Names{"max_tokens"});
  EXPECT_FALSE(translated(with(R"("max_tokens":5)")).is_max_tokens_defaulted);
  EXPECT_EQ(sent(with(""), target_of("claude-sonnet-4-5-20250929"))["max_tokens"], 64000);
  EXPECT_EQ(sent(with(""), target_of("somebody-elses"))["max_tokens"], 32000);
  target.max_output_tokens = 9000;
  EXPECT_EQ(sent(with(""), target)["max_tokens"], 9000);
  target.default_max_tokens = 700;
  EXPECT_EQ(sent(with(""), target)["max_tokens"], 700);
  for (const char* const wrong : {"0", "-1", "1.5", R"("5")", "1e99"})
    EXPECT_EQ(refused(with(std::string(R"("max_tokens":)") + wrong)).param, "max_tokens") << wrong;
}

// Every 400 of the table's column.
const std::pair<std::string, std::string> binding[] = {
    {"n", "2"},
    {"presence_penalty", "0.5"},
    {"frequency_penalty", "-0.5"},
    {"logit_bias", R"({"50256":-100})"},
    {"logprobs", "true"},
    {"top_logprobs", "3"},
    {"modalities", R"(["text","audio"])"},
    {"audio", R"({"voice":"alloy","format":"wav"})"},
    {"web_search_options", "{}"},
};

TEST(AnthropicRequest, R7WhatBindsIsRefusedOrNamed) {
  TranslationTarget dropping = plain_target();
  dropping.drops_unsupported = true;
  for (const auto& [name, value] : binding) {
    const std::string body = with("\"" + name + "\":" + value);
    const TranslationRefusal refusal = refused(body);
    EXPECT_EQ(refusal.code, "unsupported_parameter");
    EXPECT_EQ(refusal.param, name);
    EXPECT_EQ(refusal.message, "The provider 'claude' cannot honour '" + name +
                                   "'. Remove it, or set on_unsupported: drop for this route.");
    EXPECT_EQ(dropped(body, dropping), Names{name});
    EXPECT_FALSE(sent(body, dropping).contains(name));
  }
}

TEST(AnthropicRequest, R7CustomToolsAreRefusedOrNamed) {
  TranslationTarget dropping = plain_target();
  dropping.drops_unsupported = true;
  const std::string body = with(
      R"("tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g"}}])");
  EXPECT_EQ(refused(body).param, "tools[1]");
  EXPECT_EQ(dropped(body, dropping), Names{"tools[1]"});
  EXPECT_EQ(sent(body, dropping)["tools"].size(), 1u);
}

TEST(AnthropicRequest, R7OneMessageNamesAllThatBinds) {
  const TranslationRefusal refusal = refused(with(R"("logprobs":true,"n":3,"audio":{"a":1})"));
  EXPECT_EQ(refusal.param, "n");
  EXPECT_NE(refusal.message.find("'n', 'logprobs', 'audio'. Remove them"), std::string::npos);
}

TEST(AnthropicRequest, DefaultsCountAsAbsent) {
  const std::string plain = translated(with("")).body;
  for (const char* const member : {R"("n":1)",
                                   R"("n":1.0)",
                                   R"("temperature":1)",
                                   R"("temperature":1.00)",
                                   R"("top_p":1)",
                                   R"("presence_penalty":0)",
                                   R"("frequency_penalty":0.0)",
                                   R"("frequency_penalty":-0)",
                                   R"("logprobs":false)",
                                   R"("top_logprobs":0)",
                                   R"("logit_bias":{ })",
                                   R"("tool_choice":"auto")",
                                   R"("seed":null)",
                                   R"("n":null)",
                                   R"("audio":null)",
                                   R"("unknown":null)",
                                   R"("tools":[])",
                                   R"("modalities":["text"])",
                                   R"("store":false)",
                                   R"("metadata":{})",
                                   R"("stop":[])",
                                   R"("stream":false)",
                                   R"("parallel_tool_calls":true)",
                                   R"("response_format":{"type":"text"})",
                                   R"("thinking":null)",
                                   R"("stream_options":{})",
                                   R"("n":7,"n":1)"}) {
    const TranslatedRequest got = translated(with(member));
    EXPECT_EQ(got.body, plain) << member;
    EXPECT_TRUE(got.dropped.empty()) << member;
  }
}

TEST(AnthropicRequest, AdviceIsNamed) {
  const std::pair<std::string, std::string> cases[] = {
      {"seed", "1"},
      {"verbosity", R"("low")"},
      {"metadata", R"({"k":"v"})"},
      {"store", "true"},
      {"prediction", R"({"type":"content","content":"x"})"},
      {"service_tier", R"("flex")"},
      {"prompt_cache_key", R"("k")"},
      {"moderation", R"("auto")"},
      {"prompt_cache_retention", R"("24h")"},
      {"response_format", R"({"type":"json_object"})"},
      {"never_heard_of", "1"},
      {"extra_body", R"({"google":{}})"},
      {"stop", R"(" \n")"},
  };
  for (const auto& [name, value] : cases) {
    const std::string body = with("\"" + name + "\":" + value);
    EXPECT_EQ(dropped(body), Names{name});
    EXPECT_EQ(translated(body).body, translated(with("")).body) << name;
  }
}

TEST(AnthropicRequest, NamesOfStrangersAreHarmlessAndFew) {
  const Names odd = dropped(with(R"("a\r\nX-Evil: 1":1,"ä":2,"":3)"));
  EXPECT_EQ(odd, (Names{"a__X-Evil__1", "__", "_"}));
  std::string many = "\"x0\":1";
  for (int i = 1; i < 500; ++i) many += ",\"x" + std::to_string(i) + "\":1";
  const Names names = dropped(with(many + ",\"" + std::string(5000, 'y') + "\":1"));
  EXPECT_EQ(names.size(), 65u);
  EXPECT_EQ(names.back(), "...");
}

TEST(AnthropicRequest, StopBecomesSequences) {
  EXPECT_EQ(sent(with(R"("stop":"a\"b")"))["stop_sequences"], Json::array({"a\"b"}));
  const std::string list = with(R"("stop":["a"," ","b"])");
  EXPECT_EQ(sent(list)["stop_sequences"], Json::array({"a", "b"}));
  EXPECT_EQ(dropped(list), Names{"stop"});
  EXPECT_EQ(refused(with(R"("stop":[1])")).param, "stop");
}

TEST(AnthropicRequest, StreamAndItsOptions) {
  const TranslatedRequest got =
      translated(with(R"("stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_TRUE(got.is_stream && got.wants_usage);
  EXPECT_TRUE(Json::parse(got.body)["stream"]);
  EXPECT_EQ(dropped(with(R"("stream":true,"stream_options":{"include_obfuscation":false})")),
            Names{"stream_options.include_obfuscation"});
  EXPECT_EQ(refused(with(R"("stream_options":{"include_usage":1})")).param,
            "stream_options.include_usage");
}

TEST(AnthropicRequest, UserIsSentUnlessItTellsThePerson) {
  EXPECT_EQ(sent(with(R"("user":"u-1")"))["metadata"], Json({{"user_id", "u-1"}}));
  const std::string both = with(R"("user":"u-1","safety_identifier":"s-1")");
  EXPECT_EQ(sent(both)["metadata"]["user_id"], "s-1");
  EXPECT_EQ(dropped(both), Names{"user"});
  for (const std::string& person :
       {std::string("ada@example.com"), std::string("+49 (170) 123-4567"), std::string(513, 'x')}) {
    EXPECT_EQ(dropped(with("\"user\":\"" + person + "\"")), Names{"user"});
    EXPECT_FALSE(sent(with("\"user\":\"" + person + "\"")).contains("metadata"));
  }
}

TEST(AnthropicRequest, ServiceTiersThatAreKnown) {
  EXPECT_EQ(sent(with(R"("service_tier":"auto")"))["service_tier"], "auto");
  EXPECT_EQ(sent(with(R"("service_tier":"default")"))["service_tier"], "standard_only");
}

TEST(AnthropicRequest, AnthropicsOwnMembersAreCarriedAsTheyAre) {
  const Json got = sent(with(
      R"("top_k":5,"container":"c","speed":"fast","mcp_servers":[ ],"context_management":{"a":1.0},)"
      R"("thinking":{"type":"adaptive"},"output_config":{"effort":"low"},"inference_geo":"eu")"));
  EXPECT_EQ(got["top_k"], 5);
  EXPECT_EQ(got["container"], "c");
  EXPECT_EQ(got["speed"], "fast");
  EXPECT_EQ(got["context_management"].dump(), R"({"a":1.0})");
  EXPECT_EQ(got["thinking"], Json({{"type", "adaptive"}}));
  EXPECT_EQ(got["output_config"], Json({{"effort", "low"}}));
  EXPECT_EQ(got["inference_geo"], "eu");
  for (const char* const wrong : {"thinking", "output_config", "cache_control"})
    EXPECT_EQ(refused(with("\"" + std::string(wrong) + "\":1")).param, wrong);
}

TEST(AnthropicRequest, R17SamplingByModel) {
  const std::string body = with(R"("temperature":0.5,"top_p":0.9,"top_k":7)");
  for (const std::string_view model :
       {"claude-sonnet-4-5", "claude-haiku-4-5-20251001", "claude-opus-4-6", "claude-sonnet-4-6"}) {
    const Json got = sent(body, target_of(model));
    EXPECT_EQ(got["temperature"].dump() + got["top_p"].dump() + got["top_k"].dump(), "0.50.97");
    EXPECT_TRUE(dropped(body, target_of(model)).empty());
  }
  for (const std::string_view model :
       {"claude-fable-5-1", "claude-mythos-5-1", "claude-opus-5-5", "claude-sonnet-5-5-20261001",
        "claude-opus-4-7", "claude-opus-4-8", "claude-haiku-5-5", "claude-sonnet-5",
        "claude-opus-5", "claude-next", "unknown"}) {
    EXPECT_EQ(dropped(body, target_of(model)), (Names{"temperature", "top_p", "top_k"})) << model;
    EXPECT_EQ(sent(with(R"("top_p":0.99)"), target_of(model))["top_p"], 0.99);
  }
  TranslationTarget told = target_of("claude-next");
  told.has_sampling = true;
  EXPECT_TRUE(dropped(body, told).empty());
}

TEST(AnthropicRequest, TemperatureAboveOneIsOneAndNamed) {
  const std::string body = with(R"("temperature":1.7)");
  EXPECT_EQ(sent(body)["temperature"], 1);
  EXPECT_EQ(dropped(body), Names{"temperature"});
  EXPECT_EQ(refused(with(R"("temperature":-1)")).param, "temperature");
}

TEST(AnthropicRequest, TypesAreChecked) {
  for (const char* const name :
       {"model", "messages", "max_tokens", "temperature", "stop", "n", "seed", "logit_bias",
        "logprobs", "tools", "tool_choice", "parallel_tool_calls", "response_format",
        "reasoning_effort", "user", "metadata", "stream", "stream_options", "modalities"}) {
    for (const char* const value : {"1", "\"x\"", "true", "[1]", R"({"a":1})"}) {
      const std::string body = with("\"" + std::string(name) + "\":" + value);
      const RequestTranslation got = translate_to_anthropic(body, plain_target());
      if (const auto* const refusal = std::get_if<TranslationRefusal>(&got)) {
        EXPECT_TRUE(refusal->param.starts_with(name)) << body << refusal->message;
      }
    }
  }
  EXPECT_EQ(refused(R"({"model":"m"})").param, "messages");
  EXPECT_EQ(refused(R"([])").code, "invalid_value");
  EXPECT_EQ(refused(R"({"messages":[],})").message, "The body has to be one JSON object.");
}

TEST(AnthropicRequest, KeysMayBeSpeltWithEscapes) {
  EXPECT_EQ(
      sent(R"({"mess\u0061ges":[{"r\u006fle":"us\u0065r","content":"\u0068i"}]})")["messages"],
      sent(with(""))["messages"]);
}

// Each member is carried, named, or refused: it changes something.
TEST(AnthropicRequest, NoMemberVanishes) {
  const std::pair<std::string, std::string> all[] = {
      {"model", R"("other")"},
      {"max_completion_tokens", "7"},
      {"max_tokens", "7"},
      {"temperature", "0.5"},
      {"top_p", "0.5"},
      {"top_k", "5"},
      {"stop", R"("x")"},
      {"n", "2"},
      {"seed", "1"},
      {"presence_penalty", "1"},
      {"frequency_penalty", "1"},
      {"logit_bias", R"({"1":1})"},
      {"logprobs", "true"},
      {"top_logprobs", "2"},
      {"tools", R"([{"type":"function","function":{"name":"f"}}])"},
      {"functions", R"([{"name":"f"}])"},
      {"response_format", R"({"type":"json_object"})"},
      {"reasoning_effort", R"("low")"},
      {"verbosity", R"("low")"},
      {"user", R"("u")"},
      {"safety_identifier", R"("u")"},
      {"metadata", R"({"k":"v"})"},
      {"store", "true"},
      {"prediction", R"({"type":"content"})"},
      {"service_tier", R"("auto")"},
      {"prompt_cache_key", R"("k")"},
      {"prompt_cache_retention", R"("24h")"},
      {"moderation", R"({})"},
      {"stream", "true"},
      {"stream_options", R"({"include_usage":true})"},
      {"modalities", R"(["audio"])"},
      {"audio", R"({})"},
      {"web_search_options", R"({})"},
      {"thinking", R"({"type":"adaptive"})"},
      {"output_config", R"({"effort":"low"})"},
      {"cache_control", R"({"type":"ephemeral"})"},
      {"container", R"("c")"},
      {"context_management", R"({})"},
      {"diagnostics", R"({})"},
      {"inference_geo", R"("eu")"},
      {"mcp_servers", R"([])"},
      {"speed", R"("fast")"},
      {"user_profile_id", R"("p")"},
      {"workspace_id", R"("w")"},
      {"extra_body", R"({})"},
      {"whatever", "[]"},
  };
  const std::string plain = translated(with("")).body;
  for (const auto& [name, value] : all) {
    if (name == "model") continue;  // the target says that
    const RequestTranslation got =
        translate_to_anthropic(with("\"" + name + "\":" + value), plain_target());
    if (std::holds_alternative<TranslationRefusal>(got)) {
      EXPECT_EQ(std::get<TranslationRefusal>(got).param, name);
      continue;
    }
    const auto& request = std::get<TranslatedRequest>(got);
    const bool is_named =
        std::find(request.dropped.begin(), request.dropped.end(), name) != request.dropped.end();
    EXPECT_TRUE(is_named || request.body != plain || request.wants_usage) << name;
  }
  for (const auto& [name, value] :
       {std::pair<std::string, std::string>{"tool_choice", R"("required")"},
        {"function_call", R"("none")"},
        {"parallel_tool_calls", "false"}}) {
    EXPECT_NE(translated(with(one_tool + ",\"" + name + "\":" + value)).body,
              translated(with(one_tool)).body);
  }
}

TEST(AnthropicRequest, SchemasAreRefusedWhereTheProviderSaysSo) {
  const std::string body = with(
      R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}})");
  TranslationTarget target = plain_target();
  EXPECT_TRUE(sent(body, target).contains("output_config"));
  target.facts.has_output_schemas = false;
  EXPECT_EQ(refused(body, target).code, "unsupported_value");
  EXPECT_EQ(refused(body, target).param, "response_format");
  target.drops_unsupported = true;
  EXPECT_EQ(dropped(body, target), Names{"response_format"});
  EXPECT_FALSE(sent(body, target).contains("output_config"));
}

}  // namespace
}  // namespace llmgw::proxy
