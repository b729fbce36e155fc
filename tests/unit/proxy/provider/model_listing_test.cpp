// SPDX-License-Identifier: MIT
// Lists of models as the four dialects have them, with every member missing, wrong, or too large.
#include "proxy/provider/model_listing.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/anthropic/models.hpp"
#include "proxy/provider/gemini/models.hpp"
#include "proxy/provider/openai/models.hpp"
#include "proxy/provider/registry.hpp"
#include "tests/unit/proxy/provider/target_of.hpp"

namespace llmgw::proxy {
namespace {

std::string asked(std::string_view dialect, const TargetPlace& place, std::string_view page = "") {
  const Dialect& found = *find_dialect(dialect);
  std::string target;
  found.models.append_target(target, page);
  return target_of(found, place, target);
}

TEST(ModelListing, AsksWhereEachDialectHasIt) {
  EXPECT_EQ(asked("openai", {.prefix = "/x"}), "/x/v1/models");
  EXPECT_EQ(asked("azure", {.prefix = ""}), "/openai/v1/models");
  EXPECT_EQ(asked("azure", {.prefix = "/openai"}), "/openai/v1/models");
  EXPECT_EQ(asked("anthropic", {.prefix = "/x"}), "/x/v1/models?limit=1000");
  EXPECT_EQ(asked("anthropic", {.prefix = ""}, "a&b"), "/v1/models?limit=1000&after_id=a%26b");
  EXPECT_EQ(asked("gemini", {.prefix = "/v1beta"}), "/v1beta/models?pageSize=1000");
  EXPECT_EQ(asked("gemini", {.prefix = ""}, "t=="),
            "/v1beta/models?pageSize=1000&pageToken=t%3D%3D");
}

std::vector<DiscoveredModel> models(const ModelListing& listing, const std::string& body) {
  const auto page = listing.read(body);
  EXPECT_TRUE(page.has_value()) << body;
  return page ? page->models : std::vector<DiscoveredModel>{};
}

TEST(ModelListing, ReadsOpenAis) {
  const auto found = models(openai_models, R"( {"object":"list","data":[
      {"id":"gpt-4o","object":"model","created":1715367049,"owned_by":"system"},
      {"id":"org\/m:8b","created":"soon"},{"id":"c","created":-1},{"id":"d","created":1e30}]} )");
  const std::vector<DiscoveredModel> expected{
      {.id = "gpt-4o", .created = 1'715'367'049}, {.id = "org/m:8b"}, {.id = "c"}, {.id = "d"}};
  EXPECT_EQ(found, expected);
}

const std::string capable = R"({"type":"model","id":"claude-x","created_at":"2025-09-29T00:00:00Z",
    "max_tokens":64000,"max_input_tokens":200000,"capabilities":{
    "thinking":{"supported":true,"types":{"adaptive":{"supported":true},
    "enabled":{"supported":false},"disabled":{"supported":false},"between_tools":{"supported":true}}},
    "effort":{"supported":true,"low":{"supported":true},"medium":{"supported":true},
    "high":{"supported":true},"xhigh":null,"max":{"supported":false}},
    "structured_outputs":{"supported":true}}})";

TEST(ModelListing, ReadsAnthropics) {
  const auto page = anthropic_models.read(R"({"data":[)" + capable +
                                          R"(],"has_more":true,"last_id":"claude-x"})");
  ASSERT_TRUE(page && page->models.size() == 1);
  EXPECT_EQ(page->next, "claude-x");
  const DiscoveredModel& model = page->models.front();
  EXPECT_EQ(model.created, 1'759'104'000);
  EXPECT_EQ(model.facts.max_output, 64'000u);
  EXPECT_EQ(model.facts.thinks, true);
  EXPECT_EQ(model.facts.thinks_adaptively, true);
  EXPECT_EQ(model.facts.takes_budget, false);
  EXPECT_EQ(model.facts.may_stop_thinking, false);
  EXPECT_EQ(model.facts.has_output_schemas, true);
  const EffortFacts effort{.low = true, .medium = true, .high = true, .xhigh = {}, .max = false};
  EXPECT_EQ(model.facts.effort, effort);
}

TEST(ModelListing, NoEffortAtAllIsNoneOfItsLevels) {
  const auto found = models(anthropic_models, R"({"data":[{"id":"a","capabilities":{
      "effort":{"supported":false,"low":{"supported":true}}}}]})");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].facts.effort.low, false);
  EXPECT_EQ(found[0].facts.effort.max, false);
}

TEST(ModelListing, ReadsGeminis) {
  const auto page = gemini_models.read(R"({"models":[
      {"name":"models/gemini-3-pro","inputTokenLimit":1048576,"outputTokenLimit":65536,"thinking":true},
      {"name":"tunedModels/x","outputTokenLimit":0,"thinking":"yes"},{"name":"models/"}],
      "nextPageToken":"tok"})");
  ASSERT_TRUE(page && page->models.size() == 2);
  EXPECT_EQ(page->next, "tok");
  EXPECT_EQ(page->models[0].id, "gemini-3-pro");
  EXPECT_EQ(page->models[0].facts.max_output, 65'536u);
  EXPECT_EQ(page->models[0].facts.thinks, true);
  EXPECT_EQ(page->models[1], DiscoveredModel{.id = "tunedModels/x"});
}

TEST(ModelListing, MembersThatAreMissingOrOdd) {
  for (
      const std::string element :
      {R"({"id":"a"})", R"({"id":"a","created_at":7,"max_tokens":"x","capabilities":[]})",
       R"({"id":"a","created_at":"2025-02-30T00:00:00Z","max_tokens":-1,"capabilities":null})",
       R"({"id":"a","created_at":"1970-01-01T00:00:00Z","max_tokens":1e99,"capabilities":{"effort":7}})",
       R"({"id":"a","capabilities":{"thinking":{"types":{"adaptive":true,"enabled":{"supported":1}}}}})"})
    EXPECT_EQ(models(anthropic_models, R"({"data":[)" + element + "]}"),
              std::vector{DiscoveredModel{.id = "a"}})
        << element;
  const std::string long_id(256, 'x');
  for (const std::string& none :
       {std::string("7"), std::string("null"), std::string("[]"), std::string("{}"),
        std::string(R"({"id":7})"), std::string(R"({"id":""})"), std::string(R"({"id":"a b"})"),
        std::string(R"({"id":"a\n"})"), std::string(R"({"id":"\u00e9"})"),
        R"({"id":")" + long_id + R"(x"})"}) {
    for (const ModelListing* each : {&openai_models, &anthropic_models})
      EXPECT_TRUE(models(*each, R"({"data":[)" + none + "]}").empty()) << none;
  }
  EXPECT_EQ(models(openai_models, R"({"data":[{"id":")" + long_id + R"("}]})")[0].id, long_id);
}

TEST(ModelListing, WhatIsNoList) {
  for (const std::string& body :
       {std::string(), std::string("<html>"), std::string("[]"), std::string("7"),
        std::string("{}"), std::string(R"({"data":{}})"), std::string(R"({"models":"x"})"),
        std::string(R"({"data":[],"models":[])"), R"({"data":)" + std::string(1'000, '[')}) {
    for (const ModelListing* each : {&openai_models, &anthropic_models, &gemini_models})
      EXPECT_FALSE(each->read(body).has_value()) << body;
  }
  for (std::size_t cut = 0; cut < capable.size(); ++cut)
    ASSERT_FALSE(anthropic_models.read(R"({"data":[)" + capable.substr(0, cut)).has_value()) << cut;
}

TEST(ModelListing, TakesNoMoreThanItsBounds) {
  std::string body = R"({"data":[{"id":"0"})";
  for (std::size_t i = 1; i < ModelListing::most_models + 10; ++i)
    body += R"(,{"id":")" + std::to_string(i) + "\"}";
  EXPECT_EQ(models(openai_models, body + "]}").size(), ModelListing::most_models);
  const std::string last = R"("last_id":")" + std::string(2'000, 'x') + "\"";
  EXPECT_EQ(anthropic_models.read(R"({"data":[],"has_more":true,)" + last + "}")->next, "");
  EXPECT_EQ(anthropic_models.read(R"({"data":[],"has_more":false,"last_id":"a"})")->next, "");
  EXPECT_EQ(gemini_models.read(R"({"models":[],"nextPageToken":7})")->next, "");
}

}  // namespace
}  // namespace llmgw::proxy
