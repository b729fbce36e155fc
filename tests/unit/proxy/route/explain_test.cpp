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
                            .key = Secret("sk-secret")});
  made.upstreams.push_back(
      {.name = "local", .type = "openai", .address = *parse_http_url("http://vllm:8000")});
  return made;
}

std::string said(std::string_view request, const Config& of = config()) {
  const auto text = explain(of, request);
  if (text) return *text;
  return "faults: " + text.error().lines.front();
}

TEST(Explain, NamesTheProviderAndWhy) {
  EXPECT_EQ(said("model=gpt-4o tenant=t"),
            "provider  a\ntype      openai\naddress   https://a.test\nkey       ***\n"
            "because   it is the default_provider, and no X-LLM-Provider names one\n");
  EXPECT_EQ(said(" header=x-llm-provider:local  header=Accept:a=b "),
            "provider  local\ntype      openai\naddress   http://vllm:8000\n"
            "key       none is sent\nbecause   X-LLM-Provider names it\n");
}

TEST(Explain, NamesTheRefusal) {
  const std::string none = "provider  none: the gateway answers 400 invalid_value\nbecause   ";
  EXPECT_EQ(said("header=X-LLM-Provider:b"), none + "X-LLM-Provider names no provider\n");
  EXPECT_EQ(said("header=X-LLM-Provider:"), none + "X-LLM-Provider names no provider\n");
  EXPECT_EQ(said("header=X-LLM-Provider:a header=X-LLM-Provider:a"),
            none + "X-LLM-Provider stands there more than once\n");
}

TEST(Explain, TakesTheFieldForAnyOtherWithoutTheFile) {
  Config of = config();
  of.selects_by_header = of.has_providers = false;
  EXPECT_TRUE(said("header=X-LLM-Provider:local", of).starts_with("provider  a\n"));
  EXPECT_TRUE(said("", of).ends_with("it is the only one: GATEWAY_CONFIG is not set\n"));
}

TEST(Explain, RefusesWordsThatItDoesNotKnow) {
  const std::string accepted = ": accepted are model=NAME, tenant=NAME and header=NAME:VALUE";
  EXPECT_EQ(said("gpt-4o"), "faults: \"gpt-4o\"" + accepted);
  EXPECT_EQ(said("mode=x"), "faults: \"mode=x\"" + accepted);
  EXPECT_EQ(said("header=x"), "faults: header=\"x\": not of the form NAME:VALUE");
  EXPECT_EQ(said("header=:x"), "faults: header=\":x\": not of the form NAME:VALUE");
  EXPECT_EQ(explain(config(), "a b=c header").error().lines.size(), 3U);
}

}  // namespace
}  // namespace llmgw::proxy
