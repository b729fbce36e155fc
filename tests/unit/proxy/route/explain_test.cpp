// SPDX-License-Identifier: MIT
// What is said of a request that nobody made.
#include "proxy/route/explain.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

Config config() {
  Config made;
  made.selects_by_header = true;
  made.has_providers = true;
  made.upstreams.push_back({.name = "a",
                            .type = "openai",
                            .address = *parse_http_url("https://a.test"),
                            .keys = {{.name = "a", .key = Secret("sk-secret")}}});
  made.upstreams.push_back(
      {.name = "local", .type = "openai", .address = *parse_http_url("http://vllm:8000")});
  return made;
}

std::string said(std::string_view request, const Config& of = config()) {
  const auto text = explain(of, request);
  if (text) return *text;
  return "faults: " + text.error().lines.front();
}

TEST(Explain, NamesTheTargetAndWhy) {
  EXPECT_EQ(said("model=gpt-4o tenant=t"),
            "because   it is the default_provider, and nothing else decides\nattempts  2\n"
            "target    a/a\n  type    openai\n  address https://a.test\n  key     ***\n"
            "  model   as asked\n  weight  1\n");
  EXPECT_EQ(said(" header=x-llm-provider:local  header=Accept:a=b "),
            "because   X-LLM-Provider names its provider\nattempts  2\n"
            "target    local\n  type    openai\n  address http://vllm:8000\n"
            "  key     none is sent\n  model   as asked\n  weight  1\n");
}

TEST(Explain, FollowsModelsRoutesAndDenials) {
  Config of = config();
  of.routing.models = {{.name = "m", .targets = {{.upstream = 1, .model = "x", .weight = 4}}}};
  of.routing.routes = {
      {.name = "r", .match = {.tenants = {"eu"}, .paths = {"/v1/e"}}, .model = "m"},
      {.name = "d", .match = {.tenants = {"bank"}}, .denies = true}};
  of.default_upstream.reset();
  const std::string target =
      "target    local/x\n  type    openai\n  address http://vllm:8000\n"
      "  key     none is sent\n  model   x\n  weight  4\n";
  EXPECT_EQ(said("model=m", of), "because   of the entry \"m\" of models\nattempts  2\n" + target);
  EXPECT_TRUE(said("tenant=eu path=/v1/e", of).ends_with(target));
  EXPECT_EQ(said("model=m tenant=bank", of),
            "target    none: the gateway answers 403 provider_not_allowed\n"
            "because   a route denies every target that there is\n");
  EXPECT_EQ(said("model=n", of),
            "target    none: the gateway answers 404 model_not_found\n"
            "because   no entry of models names it, and there is no default_provider\n");
  EXPECT_TRUE(said("model=a/n", of).starts_with("because   the model begins with"));
}

TEST(Explain, NamesTheRefusal) {
  const std::string none =
      "target    none: the gateway answers 400 invalid_value\n"
      "because   X-LLM-Provider does not name one provider\n";
  EXPECT_EQ(said("header=X-LLM-Provider:b"), none);
  EXPECT_EQ(said("header=X-LLM-Provider:"), none);
  EXPECT_EQ(said("header=X-LLM-Provider:a header=X-LLM-Provider:a"), none);
}

TEST(Explain, TakesTheFieldForAnyOtherWithoutTheFile) {
  Config of = config();
  of.selects_by_header = of.has_providers = false;
  EXPECT_TRUE(
      said("header=X-LLM-Provider:local", of).starts_with("because   it is the only one: "));
}

TEST(Explain, RefusesWordsThatItDoesNotKnow) {
  const std::string accepted =
      ": accepted are model=NAME, tenant=NAME, key=ID, path=PATH and header=NAME:VALUE";
  EXPECT_EQ(said("gpt-4o"), "faults: \"gpt-4o\"" + accepted);
  EXPECT_EQ(said("mode=x"), "faults: \"mode=x\"" + accepted);
  EXPECT_EQ(said("header=x"), "faults: header=\"x\": not of the form NAME:VALUE");
  EXPECT_EQ(said("header=:x"), "faults: header=\":x\": not of the form NAME:VALUE");
  EXPECT_EQ(explain(config(), "a b=c header").error().lines.size(), 3U);
}

TEST(Explain, NamesThePriceThatEachTargetMeets) {
  Config of = config();
  of.routing.models = {
      {.name = "m", .targets = {{.upstream = 0, .model = "gpt-x"}, {.upstream = 1}}}};
  of.file.files = {"gw.yaml", "prices.yaml"};
  const auto june = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
  const auto entry = [](std::string_view provider, std::string_view model, int line) {
    pricing::Price price{.provider = std::string(provider), .model = std::string(model)};
    price.base.rates.front() = 2 * pricing::millionths_per_one;
    price.place = {.file = 1, .line = line, .column = 5};
    return price;
  };
  pricing::PriceSettings settings{.prices = {entry("*", "gpt*", 3), entry("local", "m", 4)},
                                  .discounts = {{.tenant = "t", .factor = 900'000}}};
  settings.prices[1].days.from = june;
  of.prices = std::make_shared<const pricing::Prices>(settings);
  const auto told = [&of](std::string_view request, auto now) {
    return *explain(of, request, now);
  };
  const std::string first =
      "  price   provider=* model=gpt* input=2\n          at prices.yaml:3:5\n";
  const std::string before = told("model=m", june - std::chrono::seconds(1));
  EXPECT_NE(before.find(first), before.npos) << before;
  EXPECT_TRUE(before.ends_with("  weight  1\n  price   none: its cost is not known\n")) << before;
  const std::string after = told("model=m tenant=t", june);
  EXPECT_NE(after.find(first + "  times   0.9\n"), after.npos) << after;
  EXPECT_TRUE(
      after.ends_with("  price   provider=local model=m from=2026-06-01 input=2\n"
                      "          at prices.yaml:4:5\n  times   0.9\n"))
      << after;
}

}  // namespace
}  // namespace llmgw::proxy
