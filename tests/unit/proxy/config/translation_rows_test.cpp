// SPDX-License-Identifier: MIT
// What the file says of translation: at providers, models and targets, and which of it holds.
#include <gtest/gtest.h>

#include "tests/unit/proxy/load_config.hpp"

namespace llmgw::proxy {
namespace {

using namespace config_test;

constexpr const char* file = "/c/gw.yaml";

Checked<Config> load_text(const std::string& text) {
  Map map;
  map.insert({"GATEWAY_CONFIG", file});
  const auto read = [&text](const std::string& each) -> Result<std::string> {
    if (each == file) return text;
    return read_fake(each);
  };
  const auto list = [](const std::string& each) -> Result<std::vector<std::string>> {
    return std::vector{each};
  };
  return load_config(Environment(std::move(map)), read, 3, list);
}

Config loaded(const std::string& text) {
  auto config = load_text("version: 1\n" + text);
  if (config) return *config;
  for (const auto& line : config.error().lines) ADD_FAILURE() << line;
  return {};
}

std::string fault_of(const std::string& provider) {
  const auto config = load_text("version: 1\nproviders: {a: " + provider + "}\n");
  return config ? "none" : config.error().lines.front().substr(std::string(file).size() + 1);
}

TEST(TranslationRows, TargetsHaveWhatTheirProviderSays) {
  const Config config = loaded(
      "defaults: {reasoning_output: none}\n"
      "providers:\n"
      "  a: {type: anthropic, mid_system: true, prompt_cache: auto, default_max_tokens: 9}\n"
      "  g: {type: gemini, schema: openapi, reasoning_output: content}\n"
      "default_provider: a\n"
      "models:\n"
      "  m:\n"
      "    reasoning_output: content\n"
      "    prefer: native\n"
      "    targets: [{provider: a}, {provider: g, schema: json}, {mid_system: false, provider: a,\n"
      "               prompt_cache: none, default_max_tokens: 7}]\n"
      "routes: [{name: r, match: {}, prefer: native, targets: [{provider: g}]}]\n");
  const TranslationSettings& a = config.upstreams[0].translation;
  EXPECT_EQ(a.has_system_turns, true);
  EXPECT_TRUE(a.marks_cache);
  EXPECT_EQ(a.default_max_tokens, 9u);
  EXPECT_FALSE(a.shows_reasoning);
  EXPECT_TRUE(config.upstreams[1].translation.shows_reasoning);
  const ModelSettings& model = config.routing.models[0];
  EXPECT_EQ(model.shows_reasoning, true);
  EXPECT_TRUE(model.prefers_native);
  EXPECT_EQ(model.targets[0].translation, a);
  EXPECT_FALSE(model.targets[1].translation.reduces_schema);
  EXPECT_EQ(model.targets[2].translation.has_system_turns, false);
  EXPECT_FALSE(model.targets[2].translation.marks_cache);
  EXPECT_EQ(model.targets[2].translation.default_max_tokens, 7u);
  EXPECT_TRUE(config.routing.routes[0].targets[0].translation.reduces_schema);
  EXPECT_TRUE(config.routing.routes[0].prefers_native);
}

TEST(TranslationRows, NothingIsSetWhereNothingIsSaid) {
  const Config config = loaded(
      "providers: {a: {type: anthropic}}\n"
      "models: {m: {targets: [{provider: a}]}}\n");
  EXPECT_EQ(config.upstreams[0].translation, TranslationSettings());
  EXPECT_EQ(config.upstreams[0].beta, "");
  EXPECT_FALSE(config.upstreams[0].input_includes_cache);
  EXPECT_EQ(config.routing.models[0].targets[0].translation, TranslationSettings());
  EXPECT_EQ(config.routing.models[0].shows_reasoning, std::nullopt);
  EXPECT_FALSE(config.routing.models[0].prefers_native);
  EXPECT_FALSE(config.routing.remembers_signatures);
  EXPECT_TRUE(loaded("defaults: {signatures: remember}\nproviders: {a: {type: gemini}}\n")
                  .routing.remembers_signatures);
}

TEST(TranslationRows, ProvidersHaveWhatIsOfTheirType) {
  const Config config = loaded(
      "providers:\n"
      "  a: {type: anthropic, beta: [one-2025-01-01, two], usage: input_includes_cache}\n"
      "  g: {type: gemini, api_version: v1}\n"
      "  z: {type: azure, base_url: 'https://z', api: deployments, api_version: 2024-10-21}\n"
      "default_provider: a\n");
  EXPECT_EQ(config.upstreams[0].beta, "one-2025-01-01,two");
  EXPECT_TRUE(config.upstreams[0].input_includes_cache);
  EXPECT_EQ(config.upstreams[1].api_version, "v1");
  EXPECT_EQ(config.upstreams[2].api_version, "2024-10-21");
}

TEST(TranslationRows, WhatIsOfAnotherTypeIsAFault) {
  const std::pair<const char*, const char*> cases[] = {
      {"{type: openai, api_version: v1}",
       "2:44: providers.a.api_version: is for azure and gemini alone"},
      {"{type: gemini, api_version: v2}",
       "2:44: providers.a.api_version=\"v2\": has to be v1, v1alpha or v1beta"},
      {"{type: gemini, api: deployments}", "2:36: providers.a.api: is for azure alone"},
      {"{type: gemini, beta: [x]}", "2:16: providers.a: `beta` is for anthropic alone"},
      {"{type: openai, usage: input_includes_cache}",
       "2:16: providers.a: `usage: input_includes_cache` is for anthropic alone"},
      {"{type: anthropic, beta: ['a b']}",
       "2:41: providers.a.beta[0]: not 1 to 64 of visible ASCII without commas"},
      {"{type: anthropic, beta: ['a,b']}",
       "2:41: providers.a.beta[0]: not 1 to 64 of visible ASCII without commas"},
      {"{type: anthropic, beta: x}",
       "2:40: providers.a.beta: is a value; accepted is a list of 0 "
       "to 32"},
      {"{type: gemini, schema: yaml}", "2:39: providers.a.schema=\"yaml\": not json or openapi"},
      {"{type: anthropic, prompt_cache: true}",
       "2:48: providers.a.prompt_cache=\"true\": not none or auto"},
  };
  for (const auto& [provider, line] : cases) EXPECT_EQ(fault_of(provider), line) << provider;
}

}  // namespace
}  // namespace llmgw::proxy
