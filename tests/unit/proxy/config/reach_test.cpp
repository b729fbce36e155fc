// SPDX-License-Identifier: MIT
// The lists of endpoints, origins and hosts.
#include <gtest/gtest.h>

#include "tests/unit/proxy/load_config.hpp"

namespace llmgw::proxy {
namespace {

using namespace config_test;
using List = std::vector<std::string>;

TEST(ReachSettings, Defaults) {
  const Reach reach = good({}).reach;
  EXPECT_EQ(reach.endpoints, List{"/v1/"});
  EXPECT_EQ(reach.origins, List{});
  EXPECT_EQ(reach.hosts, List{});
}

TEST(ReachSettings, ListsByCommas) {
  const Reach reach = good({{"ALLOWED_ENDPOINTS", "/v1/chat/completions, /v1/models/"},
                            {"ALLOWED_ORIGINS",
                             "https://App.Example.com:443 ,http://localhost:3000,http://a:80,"
                             "chrome-extension://abcdef,http://[::1]:5173"},
                            {"ALLOWED_HOSTS", "Gateway.test,10.0.0.5:8080,[::1]:80,localhost"}})
                          .reach;
  EXPECT_EQ(reach.endpoints, (List{"/v1/chat/completions", "/v1/models/"}));
  EXPECT_EQ(reach.origins, (List{"https://app.example.com", "http://localhost:3000", "http://a",
                                 "chrome-extension://abcdef", "http://[::1]:5173"}));
  EXPECT_EQ(reach.hosts, (List{"gateway.test", "10.0.0.5:8080", "[::1]:80", "localhost"}));
  EXPECT_EQ(good({{"ALLOWED_ORIGINS", "*"}}).reach.origins, List{"*"});
}

TEST(ReachSettings, WhatIsNoItemIsNamed) {
  const std::pair<std::string, List> bad[] = {
      {"ALLOWED_ENDPOINTS",
       {"/", "/v1", "/v2/", "v1/chat", "/v1/chat/*", "/v1/chat?x", "/v1/../admin", "/v1/./chat",
        "/v1/a%2Fb", "/v1/a b", ",/v1/", "/v1/,", "/v1/,,/v1/a", "https://h/v1/"}},
      {"ALLOWED_ORIGINS",
       {"null", "app.example.com", "https://", "https://a/", "https://a/x", "https://*.a", "://a",
        "https://a:0", "https://a:x", "https://u@a", "https://a,,https://b",
        "https://a https://b"}},
      {"ALLOWED_HOSTS",
       {"*", "http://a", "a/b", "a:0", "a:99999", "a:", "[::1", "[]", "::1", "a,", "*.a", "a b"}},
  };
  for (const auto& [name, values] : bad) {
    for (const std::string& value : values) {
      const auto config = load_with({{name, value}});
      ASSERT_FALSE(config) << name << '=' << value;
      ASSERT_EQ(config.error().lines.size(), 1U) << name << '=' << value;
      EXPECT_TRUE(config.error().lines.front().starts_with(name + "=\"" + value + "\": "))
          << config.error().lines.front();
    }
  }
  EXPECT_EQ(load_with({{"ALLOWED_ENDPOINTS", "/v1/models,/v1/chat/*"}}).error().lines.front(),
            "ALLOWED_ENDPOINTS=\"/v1/models,/v1/chat/*\": `/v1/chat/*` is not the beginning of a "
            "path such as /v1/ or /v1/chat/completions; no pattern, query or percent-coding");
}

}  // namespace
}  // namespace llmgw::proxy
