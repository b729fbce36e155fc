// SPDX-License-Identifier: MIT
// Which targets a request is for, by every rule and in their order.
#include "proxy/route/table.hpp"

#include <gtest/gtest.h>

#include <set>

namespace llmgw::proxy {
namespace {

using Clock = Cooling::Clock;

Config config_of(std::initializer_list<const char*> upstreams) {
  Config config;
  config.selects_by_header = config.has_providers = true;
  for (const char* each : upstreams) config.upstreams.push_back({.name = each, .type = "openai"});
  return config;
}

struct Asked {
  std::string model = {};
  std::string fields = {};
  std::string tenant = "t";
  std::string path = "/v1/chat/completions";
};

class RouteTableTest : public testing::Test {
 protected:
  // `upstream: model` of the first target, or the fault.
  std::string found(const Asked& asked) {
    RouteTable table(config_, book_);
    http::FieldStorage storage;
    const std::string text = "GET /v1/x HTTP/1.1\r\nHost: a\r\n" + asked.fields + "\r\n";
    const auto head = http::parse_request_head(text, storage);
    EXPECT_TRUE(head.has_value()) << text;
    auto route = table.find({*head, asked.path, asked.tenant, asked.model});
    if (const RouteFault* fault = std::get_if<RouteFault>(&route)) {
      constexpr const char* words[] = {"unknown_provider", "unknown_model", "denied"};
      return words[static_cast<std::size_t>(*fault)];
    }
    const Route::Choice choice = std::get<Route>(route).take(Clock::now());
    if (choice.candidate == nullptr) return "none is free";
    std::string text_of(table.name_of(choice.candidate->upstream));
    if (!choice.model.empty()) text_of.append(": ").append(choice.model);
    return text_of;
  }
  void add_model(std::string name, std::vector<TargetSettings> targets) {
    config_.routing.models.push_back({.name = std::move(name), .targets = std::move(targets)});
  }

  Config config_ = config_of({"a", "b", "local.vllm_2-x"});
  CoolingBook book_;
};

TEST_F(RouteTableTest, WhoeverChoosesNoneGetsTheDefault) {
  config_.default_upstream = 1;
  EXPECT_EQ(found({}), "b");
  EXPECT_EQ(found({.fields = "X-LLM-Providers: a\r\n"}), "b");
  config_.default_upstream.reset();
  EXPECT_EQ(found({}), "unknown_model");
  EXPECT_EQ(found({.model = "gpt-4o"}), "unknown_model");
}

TEST_F(RouteTableTest, TheHeaderChoosesWithTheModelAsAsked) {
  add_model("m", {{.upstream = 1, .model = "other"}});
  EXPECT_EQ(found({.model = "m", .fields = "X-LLM-Provider: a\r\n"}), "a");
  EXPECT_EQ(found({.fields = "x-llm-provider: b\r\n"}), "b");
  EXPECT_EQ(found({.fields = "X-LLM-Provider:  local.vllm_2-x \r\n"}), "local.vllm_2-x");
}

TEST_F(RouteTableTest, AChoiceThatIsNoneIsNotOverlooked) {
  for (const char* choice : {"c", "A", "", "a b", "a,b", "aa", "\"a\""})
    EXPECT_EQ(found({.fields = "X-LLM-Provider: " + std::string(choice) + "\r\n"}),
              "unknown_provider")
        << choice;
  EXPECT_EQ(found({.fields = "X-LLM-Provider: a\r\nX-LLM-Provider: b\r\n"}), "unknown_provider");
  EXPECT_EQ(found({.fields = "X-LLM-Provider: a\r\nX-LLM-Provider: a\r\n"}), "unknown_provider");
}

TEST_F(RouteTableTest, WithoutAFileTheHeaderIsAnyField) {
  config_.selects_by_header = false;
  EXPECT_EQ(found({.model = "b/m", .fields = "X-LLM-Provider: b\r\n"}), "a");
  EXPECT_EQ(found({.fields = "X-LLM-Provider: c\r\n"}), "a");
}

// It may hold keys alone: then requests pass as without it.
TEST_F(RouteTableTest, AFileWithoutProvidersDecidesNothing) {
  config_.has_providers = false;
  EXPECT_EQ(found({.model = "b/m", .fields = "X-LLM-Provider: b\r\n"}), "a");
  EXPECT_FALSE(routes_by_file(config_));
  config_.routing.routes.push_back({.name = "no", .denies = true});
  EXPECT_TRUE(routes_by_file(config_));
}

TEST_F(RouteTableTest, AModelsNameMayBeginWithItsProvider) {
  EXPECT_EQ(found({.model = "b/gpt-4o"}), "b: gpt-4o");
  EXPECT_EQ(found({.model = "b/meta/llama"}), "b: meta/llama");  // only the first slash counts
  EXPECT_EQ(found({.model = "c/gpt-4o"}), "a");
  EXPECT_EQ(found({.model = "b/"}), "a");
  EXPECT_EQ(found({.model = "/b"}), "a");
  add_model("b/gpt-4o", {{.upstream = 0, .model = "exact"}});
  EXPECT_EQ(found({.model = "b/gpt-4o"}), "a: exact");
}

TEST_F(RouteTableTest, TheExactNameGoesBeforeTheLongestBegin) {
  add_model("gpt-*", {{.upstream = 0}});
  add_model("gpt-4*", {{.upstream = 1}});
  add_model("gpt-4o", {{.upstream = 2, .model = "renamed"}});
  add_model("*", {{.upstream = 0, .model = "any"}});
  EXPECT_EQ(found({.model = "gpt-4o"}), "local.vllm_2-x: renamed");
  EXPECT_EQ(found({.model = "gpt-4o-mini"}), "b");
  EXPECT_EQ(found({.model = "gpt-3"}), "a");
  EXPECT_EQ(found({.model = "gpt-"}), "a");
  EXPECT_EQ(found({.model = "x"}), "a: any");
}

TEST_F(RouteTableTest, RoutesGoBeforeModelsAndAfterHeaderAndPrefix) {
  add_model("gpt-4o", {{.upstream = 0}});
  config_.routing.routes.push_back({.name = "eu",
                                    .match = {.tenants = {"eu-*", "bank"}, .models = {"gpt-*"}},
                                    .targets = {{.upstream = 1}}});
  EXPECT_EQ(found({.model = "gpt-4o", .tenant = "eu-1"}), "b");
  EXPECT_EQ(found({.model = "gpt-4o", .tenant = "bank"}), "b");
  EXPECT_EQ(found({.model = "gpt-4o", .tenant = "banks"}), "a");
  EXPECT_EQ(found({.model = "o1", .tenant = "bank"}), "a");
  EXPECT_EQ(found({.model = "gpt-4o", .fields = "X-LLM-Provider: a\r\n", .tenant = "bank"}), "a");
  EXPECT_EQ(found({.model = "a/gpt-4o", .tenant = "bank"}), "a: gpt-4o");
}

TEST_F(RouteTableTest, ARouteMayGoOnAsIfAnotherModelHadBeenAskedFor) {
  add_model("claude", {{.upstream = 2, .model = "claude-4"}});
  config_.routing.routes.push_back(
      {.name = "canary",
       .match = {.headers = {{"x-canary", "1"}}, .paths = {"/v1/chat/*"}},
       .model = "claude"});
  EXPECT_EQ(found({.model = "m", .fields = "X-Canary: 1\r\n"}), "local.vllm_2-x: claude-4");
  EXPECT_EQ(found({.model = "m", .fields = "X-Canary: 11\r\n"}), "a");
  EXPECT_EQ(found({.model = "m", .fields = "X-Canary: 1\r\n", .path = "/v1/embeddings"}), "a");
  config_.routing.routes[0].model = "unknown";
  EXPECT_EQ(found({.model = "m", .fields = "X-Canary: 1\r\n"}), "a: unknown");
}

TEST_F(RouteTableTest, WhatIsDeniedIsDeniedHoweverItIsFound) {
  add_model("m", {{.upstream = 1}, {.upstream = 0, .weight = 0}});
  add_model("only", {{.upstream = 1}});
  config_.routing.routes.push_back(
      {.name = "no-b", .match = {.tenants = {"bank"}, .upstreams = {1}}, .denies = true});
  EXPECT_EQ(found({.model = "m", .tenant = "bank"}), "a");
  EXPECT_EQ(found({.model = "m", .tenant = "t"}), "b");
  EXPECT_EQ(found({.model = "only", .tenant = "bank"}), "denied");
  EXPECT_EQ(found({.model = "b/x", .tenant = "bank"}), "denied");
  EXPECT_EQ(found({.fields = "X-LLM-Provider: b\r\n", .tenant = "bank"}), "denied");
  config_.routing.models[1].fallback = {0};
  EXPECT_EQ(found({.model = "only", .tenant = "bank"}), "a: m");
  config_.routing.routes.push_back({.name = "no-o1", .match = {.models = {"o1"}}, .denies = true});
  EXPECT_EQ(found({.model = "o1"}), "denied");
}

TEST_F(RouteTableTest, OffersWhatATenantMayAskFor) {
  add_model("z", {{.upstream = 1}});
  add_model("a", {{.upstream = 0}});
  add_model("gpt-*", {{.upstream = 0}});
  config_.routing.routes.push_back(
      {.name = "no-b", .match = {.tenants = {"bank"}, .upstreams = {1}}, .denies = true});
  RouteTable table(config_, book_);
  EXPECT_TRUE(table.has_models());
  const http::Head head;
  const auto names = [&](std::string_view tenant) {
    std::string all;
    for (const auto& each : table.offers({head, "/v1/models", tenant, {}}))
      all.append(each.model).append("=").append(each.upstream).append(" ");
    return all;
  };
  EXPECT_EQ(names("t"), "a=a z=b ");
  EXPECT_EQ(names("bank"), "a=a ");
}

TEST_F(RouteTableTest, KnowsWhomANameLeadsTo) {
  add_model("exact", {{.upstream = 1}});
  add_model("both-*", {{.upstream = 0}, {.upstream = 1}});
  add_model("alias-*", {{.upstream = 1, .model = "real"}});
  config_.routing.models[1].fallback = {2};
  config_.default_upstream = 0;
  config_.routing.routes.push_back(
      {.name = "no-b", .match = {.tenants = {"bank"}, .upstreams = {1}}, .denies = true});
  RouteTable table(config_, book_);
  const http::Head head;
  const auto whom = [&](std::string_view model, std::string_view tenant = "t") {
    std::string all;
    for (const std::size_t upstream : {0u, 1u})
      if (table.leads_to({head, "/v1/models", tenant, model}, upstream))
        all += table.name_of(upstream);
    return all;
  };
  EXPECT_EQ(whom("exact"), "b");
  EXPECT_EQ(whom("both-x"), "ab");
  EXPECT_EQ(whom("both-x", "bank"), "a");
  EXPECT_EQ(whom("exact", "bank"), "");
  EXPECT_EQ(whom("alias-x"), "");  // is called otherwise there
  EXPECT_EQ(whom("real"), "a");    // the default's
}

TEST_F(RouteTableTest, KnowsUpstreamsByName) {
  const RouteTable table(config_, book_);
  EXPECT_EQ(table.number_of("b"), 1u);
  EXPECT_EQ(table.number_of("c"), std::nullopt);
  EXPECT_FALSE(table.has_models());
}

}  // namespace
}  // namespace llmgw::proxy
