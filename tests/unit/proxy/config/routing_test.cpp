// SPDX-License-Identifier: MIT
// The sections `defaults`, `models` and `routes`: what they become, and every fault at once.
#include <gtest/gtest.h>

#include "tests/unit/proxy/load_config.hpp"

namespace llmgw::proxy {
namespace {

using namespace config_test;
using namespace std::chrono_literals;

constexpr const char* path = "/c/gw.yaml";

Checked<Config> load_file(const std::string& text) {
  Map map;
  map.insert({"GATEWAY_CONFIG", path});
  map.insert({"KEY_A", "sk-secret-a"});
  map.insert({"KEY_B", "sk-secret-b"});
  const auto read = [&text](const std::string& each) -> Result<std::string> {
    if (each == path) return text;
    return read_fake(each);
  };
  const auto list = [](const std::string& each) -> Result<std::vector<std::string>> {
    return std::vector{each};
  };
  return load_config(Environment(std::move(map)), read, 3, list);
}

const std::string head =
    "version: 1\n"
    "providers: {a: {type: openai, keys: [{name: x, env: KEY_A, weight: 3}, {env: KEY_B}]},"
    " b: {type: openai}}\n";

Config good(const std::string& text) {
  auto config = load_file(head + text);
  if (config) return *config;
  for (const auto& line : config.error().lines) ADD_FAILURE() << line;
  return {};
}

std::string faults(const std::string& text) {
  const auto config = load_file(head + text);
  if (config) return "none";
  std::string all;
  for (const std::string& each : config.error().lines)
    all.append(all.empty() ? "" : "\n").append(each.substr(std::string(path).size() + 1));
  EXPECT_EQ(all.find("sk-secret"), all.npos);
  return all;
}

TEST(RoutingSections, BecomeTargetsByNumber) {
  const Config config = good(
      "models:\n"
      "  gpt-4o:\n"
      "    targets: [{provider: a, weight: 9}, {provider: b, model: dep, weight: 0}]\n"
      "    affinity: true\n"
      "    fallback: ['claude-*']\n"
      "    retry: {attempts: 3, causes: [unsent, timeout], wait_max: 0s}\n"
      "  claude-*: {targets: [{provider: b}]}\n"
      "routes:\n"
      "  - {name: eu, match: {tenant: [eu-*, bank], model: gpt-*}, targets: [{provider: b}]}\n"
      "  - {name: canary, match: {header: {X-Canary: \"1\"}, path: /v1/*}, model: gpt-4o}\n"
      "  - {name: no, match: {tenant: bank, provider: b}, deny: true}\n");
  ASSERT_EQ(config.upstreams[0].keys.size(), 2u);
  EXPECT_EQ(config.upstreams[0].keys[0].name, "x");
  EXPECT_EQ(config.upstreams[0].keys[0].weight, 3u);
  EXPECT_EQ(config.upstreams[0].keys[1].name, "1");
  EXPECT_EQ(config.default_upstream, std::nullopt);
  const auto& models = config.routing.models;
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0].targets.size(), 2u);
  EXPECT_EQ(models[0].targets[0].weight, 9u);
  EXPECT_EQ(models[0].targets[1].upstream, 1u);
  EXPECT_EQ(models[0].targets[1].model, "dep");
  EXPECT_EQ(models[0].targets[1].weight, 0u);
  EXPECT_TRUE(models[0].has_affinity);
  EXPECT_EQ(models[0].fallback, std::vector<std::size_t>{1});
  EXPECT_EQ(models[0].retry.attempts, 3u);
  EXPECT_EQ(models[0].retry.causes, (Causes{Cause::unsent, Cause::timeout}));
  EXPECT_EQ(models[0].retry.wait_max, 0s);
  EXPECT_EQ(models[1].retry, RetrySettings());
  const auto& routes = config.routing.routes;
  ASSERT_EQ(routes.size(), 3u);
  EXPECT_EQ(routes[0].match.tenants, (std::vector<std::string>{"eu-*", "bank"}));
  EXPECT_EQ(routes[0].match.models, std::vector<std::string>{"gpt-*"});
  EXPECT_EQ(routes[1].match.headers[0], std::pair(std::string("X-Canary"), std::string("1")));
  EXPECT_EQ(routes[1].match.paths, std::vector<std::string>{"/v1/*"});
  EXPECT_EQ(routes[1].model, "gpt-4o");
  EXPECT_TRUE(routes[2].denies);
  EXPECT_EQ(routes[2].match.upstreams, std::vector<std::size_t>{1});
}

TEST(RoutingSections, DefaultsHoldWhereNothingElseIsSaid) {
  const Config config = good(
      "default_provider: b\n"
      "defaults:\n"
      "  timeouts: {head: 7s, first_token: 3s}\n"
      "  cooldown: {failures: 2, max: 1m}\n"
      "  retry: {attempts: 1}\n"
      "models: {m: {targets: [{provider: a}], retry: {causes: []}}}\n");
  EXPECT_EQ(config.default_upstream, 1u);
  const auto& upstream = config.upstreams[0];
  EXPECT_EQ(upstream.timeouts.head, 7s);
  EXPECT_EQ(upstream.timeouts.first_token, 3s);
  EXPECT_EQ(upstream.timeouts.idle, 120s);  // HTTP_CLIENT_TIMEOUT
  EXPECT_EQ(upstream.cooldown.failures, 2u);
  EXPECT_EQ(upstream.cooldown.longest, 60s);
  EXPECT_EQ(upstream.cooldown.open, 10s);
  EXPECT_EQ(config.routing.retry.attempts, 1u);
  EXPECT_EQ(config.routing.models[0].retry.attempts, 1u);
  EXPECT_TRUE(config.routing.models[0].retry.causes.is_empty());
}

// T8: what could not serve a request is no settings.
TEST(RoutingSections, T8WhatLeadsNowhereIsAFault) {
  EXPECT_EQ(faults("models: {m: {targets: [{provider: c}]}}\n"),
            "3:35: models.m.targets[0].provider=\"c\": no such provider; there are a, b");
  EXPECT_EQ(faults("models: {m: {targets: []}}\n"),
            "3:14: models.m.targets: holds 0; accepted are 1 to 64");
  EXPECT_EQ(faults("models: {m: {targets: [{provider: a}], fallback: [n]}}\n"),
            "3:51: models.m.fallback[0]=\"n\": no entry of `models` has this name");
  EXPECT_EQ(faults("models:\n  m: {targets: [{provider: a}], fallback: [n]}\n"
                   "  n: {targets: [{provider: a}], fallback: [m]}\n"),
            "4:3: models=\"m\": its `fallback` leads back to it\n"
            "5:3: models=\"n\": its `fallback` leads back to it");
  EXPECT_EQ(faults("routes: [{name: r, match: {}}]\ndefault_provider: a\n"),
            "3:10: routes[0]: needs exactly one of targets, model and deny");
}

TEST(RoutingSections, AllFaultsAreToldAtOnce) {
  EXPECT_EQ(faults("default_provider: a\n"
                   "defaults: {timeouts: {head: 5}, cooldown: {open: 25h}, retry: {attempts: 9, "
                   "causes: [luck]}}\n"
                   "models: {'a*b': {targets: [{provider: a, model: 'x*'}], affinity: yes}}\n"
                   "routes:\n"
                   "  - {name: r, match: {provider: a, header: {'a b': x}}, targets: [{provider: "
                   "a}]}\n"
                   "  - {name: r, match: {tenant: []}, deny: true}\n")
                .substr(0, 4),
            "4:29");
  const std::string all = faults(
      "default_provider: a\n"
      "routes:\n"
      "  - {name: r, match: {provider: a}, targets: [{provider: a}]}\n"
      "  - {name: r, match: {}, deny: true}\n");
  EXPECT_EQ(all,
            "5:5: routes[0]: `match.provider` is for `deny` alone\n"
            "6:12: routes[1].name=\"r\": this name is another route's");
  EXPECT_EQ(faults("default_provider: a\nproviders_: 1\n").substr(0, 5), "4:1: ");
}

TEST(RoutingSections, KeysHaveNamesOfTheirOwn) {
  const auto config = load_file(
      "version: 1\nproviders: {a: {type: openai, keys: [{name: '1', env: KEY_A}, {env: "
      "KEY_B}]}}\n");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().lines.front(),
            std::string(path) + ":2:63: providers.a.keys[1]=\"1\": this name is another key's");
}

}  // namespace
}  // namespace llmgw::proxy
