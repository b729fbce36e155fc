// SPDX-License-Identifier: MIT
// The sections of the configuration file: what they become, every fault with its place, and no
// secret in any of them.
#include <gtest/gtest.h>

#include "tests/unit/proxy/load_config.hpp"

namespace llmgw::proxy {
namespace {

using namespace config_test;

constexpr const char* path = "/c/gw.yaml";

Checked<Config> load_file(const std::string& text, Map map = {}) {
  map.insert({"GATEWAY_CONFIG", path});
  map.insert({"KEY_A", "sk-secret-a"});
  map.insert({"KEY_BAD", "sk-secret bad"});
  const auto read = [&text](const std::string& each) -> Result<std::string> {
    if (each == path) return text;
    return read_fake(each);
  };
  const auto list = [](const std::string& each) -> Result<std::vector<std::string>> {
    return std::vector{each};
  };
  return load_config(Environment(std::move(map)), read, 3, list);
}

Config good_file(const std::string& text, Map map = {}) {
  auto config = load_file(text, std::move(map));
  if (config) return *config;
  for (const auto& line : config.error().lines) ADD_FAILURE() << line;
  return {};
}

std::vector<std::string> faults_of(const std::string& text, Map map = {}) {
  const auto config = load_file(text, std::move(map));
  if (config) return {};
  for (const std::string& each : config.error().lines)
    EXPECT_EQ(each.find("sk-secret"), each.npos) << each;
  return config.error().lines;
}

const std::string head = "version: 1\nproviders:\n  a:\n    type: openai\n";

TEST(ProvidersSection, BecomesUpstreams) {
  const Config config = good_file(
      "version: 1\n"
      "default_provider: local\n"
      "providers:\n"
      "  openai:\n"
      "    type: openai\n"
      "    keys:\n"
      "      - {name: a, env: KEY_A, weight: 3}\n"
      "  eu:\n"
      "    type: openai\n"
      "    base_url: https://eu.test/openai/v1/\n"
      "    keys: [{file: /key}]\n"
      "    ca_file: /ca.pem\n"
      "    stream_usage: never\n"
      "  local:\n"
      "    type: openai\n"
      "    base_url: http://vllm:8000\n"
      "    keys: []\n");
  ASSERT_EQ(config.upstreams.size(), 3U);
  const auto& openai = config.upstreams[0];
  EXPECT_EQ(openai.name, "openai");
  EXPECT_EQ(openai.type, "openai");
  EXPECT_EQ(to_string(openai.address), "https://api.openai.com");
  EXPECT_EQ(openai.keys.at(0).key.reveal(), "sk-secret-a");
  EXPECT_EQ(openai.keys[0].file, "");
  EXPECT_EQ(openai.stream_usage, StreamUsage::inject);
  const auto& eu = config.upstreams[1];
  EXPECT_EQ(to_string(eu.address), "https://eu.test/openai");
  EXPECT_EQ(eu.keys.at(0).key.reveal(), "sk-from-file");
  EXPECT_EQ(eu.keys[0].file, "/key");
  EXPECT_EQ(eu.ca_file, "/ca.pem");
  EXPECT_EQ(eu.ca_pem, pem);
  EXPECT_EQ(eu.stream_usage, StreamUsage::passthrough);
  EXPECT_TRUE(config.upstreams[2].keys.empty());
  EXPECT_EQ(config.default_upstream, 2U);
  EXPECT_TRUE(config.selects_by_header);
  EXPECT_TRUE(config.has_providers);
}

TEST(ProvidersSection, TakesVariablesAsDefaults) {
  const Config config =
      good_file(head, {{"UPSTREAM_CA_FILE", "/ca.pem"}, {"METERING_STREAM_USAGE", "passthrough"}});
  EXPECT_EQ(config.upstreams.front().ca_pem, pem);
  EXPECT_EQ(config.upstreams.front().stream_usage, StreamUsage::passthrough);
  EXPECT_EQ(config.default_upstream, 0U);
}

TEST(ProvidersSection, LeavesTheVariablesWhereItIsNotThere) {
  const Config config = good_file("version: 1\n", {{"UPSTREAM_OPENAI_API_KEY", "sk-x"}});
  ASSERT_EQ(config.upstreams.size(), 1U);
  EXPECT_EQ(config.upstreams.front().keys.at(0).key.reveal(), "sk-x");
  EXPECT_FALSE(config.has_providers);
  EXPECT_TRUE(config.selects_by_header);
  EXPECT_EQ(faults_of("version: 1\n"),
            std::vector<std::string>{"UPSTREAM_OPENAI_API_KEY: required, or "
                                     "UPSTREAM_OPENAI_API_KEY_FILE; both are unset or empty"});
}

TEST(ProvidersSection, RefusesVariablesBesideIt) {
  const auto line = [](const std::string& name) {
    return std::string(path) + ":2:1: " + name +
           " is set too, and not read beside providers; drop the variable, or name it in a key as "
           "{env: " +
           name + "}";
  };
  EXPECT_EQ(faults_of(head, {{"UPSTREAM_OPENAI_API_KEY", "sk-secret"}}),
            std::vector{line("UPSTREAM_OPENAI_API_KEY")});
  EXPECT_EQ(faults_of(head, {{"UPSTREAM_OPENAI_API_KEY_FILE", "/key"}}),
            std::vector{line("UPSTREAM_OPENAI_API_KEY_FILE")});
  EXPECT_EQ(faults_of(head, {{"UPSTREAM_OPENAI_BASE_URL", "http://x"}}),
            std::vector{line("UPSTREAM_OPENAI_BASE_URL")});
  const Config config = good_file(head + "    keys: [{env: UPSTREAM_OPENAI_API_KEY}]\n",
                                  {{"UPSTREAM_OPENAI_API_KEY", "sk-x"}});
  EXPECT_EQ(config.upstreams.front().keys.at(0).key.reveal(), "sk-x");
}

TEST(ProvidersSection, DiscoversByTypeUnlessItSaysOtherwise) {
  const Config config = good_file(
      "version: 1\ndefault_provider: o\nproviders:\n  o: {type: openai}\n  a: {type: anthropic}\n"
      "  g: {type: gemini}\n  z: {type: azure, base_url: 'http://x'}\n"
      "  on: {discover: true, type: openai}\n  off: {discover: false, type: gemini}\n");
  std::vector<bool> discovers;
  for (const UpstreamSettings& each : config.upstreams) discovers.push_back(each.discovers);
  EXPECT_EQ(discovers, (std::vector{false, true, true, false, true, false}));
}

struct BadCase {
  std::string text;  // behind `head`
  std::string line;  // behind the name of the file
};

TEST(ProvidersSection, NamesEachFaultByItsPlace) {
  const std::string members =
      "type, base_url, keys, ca_file, stream_usage, api, api_version, auth, version, discover, "
      "beta, "
      "usage, default_max_tokens, prompt_cache, schema, mid_system, reasoning_output, timeouts and "
      "cooldown";
  const BadCase cases[] = {
      {"    kyes: []\n", "5:5: providers.a: `kyes` is not known here; accepted are " + members},
      {"    sk-secret-x: 1\n",
       "5:5: providers.a: `***` is not known here; accepted are " + members},
      {"  b: {base_url: 'http://x'}\ndefault_provider: a\n",
       "5:6: providers.b: `type` is missing; accepted is openai, azure, anthropic or gemini"},
      {"  b: {type: azure}\ndefault_provider: a\n",
       "5:6: providers.b: `base_url` is required for azure"},
      {"  b: {type: azure, base_url: 'http://x', api: deployments, api_version: v, discover: "
       "true}\ndefault_provider: a\n",
       "5:6: providers.b: `discover` is not for `api: deployments`, which nobody can list"},
      {"  b:\ndefault_provider: a\n",
       "5:3: providers.b: has no value; accepted is an object of " + members},
      {"  b: openai\ndefault_provider: a\n",
       "5:6: providers.b: is a value; accepted is an object of " + members},
      {"  sk-secret: {type: x}\ndefault_provider: a\n",
       "5:21: providers.***.type=\"x\": not openai, azure, anthropic or gemini"},
      {"  b c: {type: openai}\ndefault_provider: a\n",
       "5:3: providers: `\"b c\"` is not a name: 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`"},
      {"    base_url: x\n",
       "5:15: providers.a.base_url: not an http or https URL such as https://api.openai.com"},
      {"    base_url: http://u:sk-secret@h\n",
       "5:15: providers.a.base_url=\"http://***@h\": not an http or https URL: user and password "
       "are not accepted in an URL"},
      {"    base_url: http://h/v1/chat/completions\n",
       "5:15: providers.a.base_url=\"http://h/v1/chat/completions\": names an endpoint; accepted "
       "is what comes before /v1"},
      {"    keys: [sk-secret]\n",
       "5:12: providers.a.keys[0]: is a value; accepted is an object of name, env, file and "
       "weight"},
      {"    keys: {env: KEY_A}\n",
       "5:11: providers.a.keys: is an object; accepted is a list of 0 to 64"},
      {"    keys: [{}]\n", "5:12: providers.a.keys[0]: needs exactly one of env and file"},
      {"    keys: [{env: KEY_A, file: /key}]\n",
       "5:12: providers.a.keys[0]: needs exactly one of env and file"},
      {"    keys: [{env: sk-secret}]\n",
       "5:18: providers.a.keys[0].env: not the name of an environment variable, such as "
       "OPENAI_KEY"},
      {"    keys: [{env: NOWHERE}]\n",
       "5:18: providers.a.keys[0].env=\"NOWHERE\": this variable is unset or empty"},
      {"    keys: [{env: KEY_BAD}]\n",
       "5:18: providers.a.keys[0].env=\"KEY_BAD\": " + std::string(key_form)},
      {"    keys: [{file: /none}]\n",
       "5:19: providers.a.keys[0].file=\"/none\": cannot be read: No such file or directory"},
      {"    keys: [{file: sk-secret}]\n",
       "5:19: providers.a.keys[0].file=\"***\": cannot be read: No such file or directory"},
      {"    keys: [{file: /two}]\n",
       "5:19: providers.a.keys[0].file=\"/two\": the file is empty or not a key: " +
           std::string(key_form)},
      {"    keys: [{env: KEY_A, weight: 0}]\n",
       "5:33: providers.a.keys[0].weight=\"0\": not an integer, 1 to 1000000"},
      {"    keys: [{env: KEY_A, weight: \"1\"}]\n",
       "5:33: providers.a.keys[0].weight=\"1\": not an integer, 1 to 1000000"},
      {"    keys: [{env: KEY_A, weight: 1.5}]\n",
       "5:33: providers.a.keys[0].weight=\"1.5\": not an integer, 1 to 1000000"},
      {"    ca_file: /none\n",
       "5:14: providers.a.ca_file=\"/none\": cannot be read: No such file or directory"},
      {"    ca_file: /key\n",
       "5:14: providers.a.ca_file=\"/key\": holds no certificate in PEM form"},
      {"    stream_usage: yes\n",
       "5:19: providers.a.stream_usage=\"yes\": not ask, continuous or never"},
      {"default_provider: b\n", "5:19: default_provider=\"b\": no such provider; there are a"},
      {"default_provider: [a]\n",
       "5:19: default_provider: is a list; accepted is 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`"},
      {"  b: {type: openai}\n",
       "2:1: `default_provider` is missing; with several providers it is required, and is one of "
       "a, b"},
      {"router: []\n",
       "5:1: `router` is not known here; accepted are version, defaults, providers, models, "
       "routes, default_provider, plans, tenants, keys, currency, prices, discounts and "
       "unpriced"},
  };
  for (const auto& [text, line] : cases)
    EXPECT_EQ(faults_of(head + text), std::vector{std::string(path) + ":" + line}) << text;
}

TEST(ProvidersSection, TellsAllFaultsAtOnce) {
  const auto lines =
      faults_of("version: 2\nproviders:\n  a: {type: x, keys: 1}\n  b: {base_url: y}\nmore: 1\n",
                {{"LOG_LEVEL", "loud"}});
  EXPECT_EQ(lines.size(), 8U);  // the missing default_provider, and `type` of b, among them
}

TEST(ProvidersSection, TellsEachFaultInOneLine) {
  const auto lines = faults_of(
      "version: 1\nproviders: {\"a\\nb\": {type: x}}\n\"c\\nd\": 1\n"
      "default_provider: c\n");
  EXPECT_EQ(lines.size(), 3U);
  for (const std::string& each : lines) EXPECT_EQ(each.find('\n'), each.npos) << each;
}

TEST(ProvidersSection, WantsAVersionAndAProvider) {
  EXPECT_EQ(faults_of("providers: {a: {type: openai}}\n"),
            std::vector<std::string>{std::string(path) +
                                     ":1:1: `version` is missing; accepted is an integer, 1"});
  EXPECT_EQ(faults_of("version: 1\nproviders: {}\n"),
            std::vector<std::string>{std::string(path) +
                                     ":2:1: providers: holds 0; accepted are 1 to 1000"});
}

TEST(ProvidersSection, SaysNothingOfAKeyWhereTheFileCannotBeRead) {
  const auto lines = faults_of("providers: [\n");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with(std::string(path) + ":1:12: ")) << lines[0];
}

TEST(ProvidersSection, ShowsItselfWithoutSecrets) {
  const Config config =
      good_file(head + "    keys: [{env: KEY_A}]\n  b: {type: openai}\ndefault_provider: b\n");
  std::string text;
  for (const auto& [name, value, by] : config.file.effective)
    text.append(name).append("=").append(value).append(" ").append(by).append("\n");
  EXPECT_EQ(text,
            "providers.a.type=openai gw.yaml:4\n"
            "providers.a.base_url=https://api.openai.com default\n"
            "providers.a.keys[0].name= default\n"
            "providers.a.keys[0].env=KEY_A gw.yaml:5\n"
            "providers.a.keys[0].file= default\n"
            "providers.a.keys[0].weight=1 default\n"
            "providers.a.ca_file= default\n"
            "providers.a.stream_usage=ask default\n"
            "providers.a.api=v1 default\n"
            "providers.a.api_version= default\n"
            "providers.a.auth=api-key default\n"
            "providers.a.version=2023-06-01 default\n"
            "providers.a.discover=false default\n"
            "providers.a.beta= default\n"
            "providers.a.usage=standard default\n"
            "providers.a.default_max_tokens= default\n"
            "providers.a.prompt_cache=none default\n"
            "providers.a.schema=json default\n"
            "providers.a.mid_system= default\n"
            "providers.a.reasoning_output=content default\n"
            "providers.b.type=openai gw.yaml:6\n"
            "providers.b.base_url=https://api.openai.com default\n"
            "providers.b.ca_file= default\n"
            "providers.b.stream_usage=ask default\n"
            "providers.b.api=v1 default\n"
            "providers.b.api_version= default\n"
            "providers.b.auth=api-key default\n"
            "providers.b.version=2023-06-01 default\n"
            "providers.b.discover=false default\n"
            "providers.b.beta= default\n"
            "providers.b.usage=standard default\n"
            "providers.b.default_max_tokens= default\n"
            "providers.b.prompt_cache=none default\n"
            "providers.b.schema=json default\n"
            "providers.b.mid_system= default\n"
            "providers.b.reasoning_output=content default\n"
            "default_provider=b gw.yaml:7\n"
            "unpriced=refuse default\n");
}

TEST(ProvidersSection, IsReadAnewBesideTheVariablesOfTheStart) {
  Config running = good_file(head, {{"MAX_REQUEST_BODY", "1KB"}});
  const auto reload = [&running](const std::string& text) {
    const auto read = [&text](const std::string& each) -> Result<std::string> {
      if (each == path) return text;
      return read_fake(each);
    };
    const auto list = [](const std::string& each) -> Result<std::vector<std::string>> {
      return std::vector{each};
    };
    return reload_config(running, Environment(Map{}), read, list);
  };
  const auto changed = reload(head +
                              "  b: {type: openai, keys: [{file: /key}]}\n"
                              "default_provider: b\n");
  ASSERT_TRUE(changed) << changed.error().lines[0];
  EXPECT_EQ(changed->upstreams.size(), 2U);
  EXPECT_EQ(changed->default_upstream, 1U);
  EXPECT_EQ(changed->max_request_body, 1'024U);
  EXPECT_NE(changed->file.hash, running.file.hash);
  EXPECT_FALSE(reload("version: 1\n"));  // no upstream would be left
  EXPECT_FALSE(reload("version: 1\nproviders: {a: {type: x}}\n"));
}

}  // namespace
}  // namespace llmgw::proxy
