// SPDX-License-Identifier: MIT
// Which upstream a request is for.
#include "proxy/route/table.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy {
namespace {

// The number of the upstream for a request with these fields; nothing where there is none.
std::optional<std::size_t> found(const RouteTable& table, const std::string& fields) {
  http::FieldStorage storage;
  const std::string text = "GET /v1/x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  const auto head = http::parse_request_head(text, storage);
  EXPECT_TRUE(head.has_value()) << text;
  auto route = table.find(*head);
  if (!route) return std::nullopt;
  EXPECT_TRUE(route->has_more());
  const std::size_t number = route->take();
  EXPECT_FALSE(route->has_more());
  return number;
}

TEST(RouteTable, WhoeverChoosesNoneGetsTheFallback) {
  const RouteTable table({"a", "b", "c"}, 1, true);
  EXPECT_EQ(found(table, ""), 1u);
  EXPECT_EQ(found(table, "X-LLM-Providers: a\r\n"), 1u);
}

TEST(RouteTable, TheHeaderChooses) {
  const RouteTable table({"a", "b", "local.vllm_2-x"}, 1, true);
  EXPECT_EQ(found(table, "X-LLM-Provider: a\r\n"), 0u);
  EXPECT_EQ(found(table, "x-llm-provider: b\r\n"), 1u);
  EXPECT_EQ(found(table, "X-LLM-Provider:  local.vllm_2-x \r\n"), 2u);
}

TEST(RouteTable, AChoiceThatIsNoneIsNotOverlooked) {
  const RouteTable table({"a", "b"}, 0, true);
  for (const char* choice : {"c", "A", "", "a b", "a,b", "aa", "\"a\""})
    EXPECT_EQ(found(table, "X-LLM-Provider: " + std::string(choice) + "\r\n"), std::nullopt)
        << choice;
  EXPECT_EQ(found(table, "X-LLM-Provider: a\r\nX-LLM-Provider: b\r\n"), std::nullopt);
  EXPECT_EQ(found(table, "X-LLM-Provider: a\r\nX-LLM-Provider: a\r\n"), std::nullopt);
}

TEST(RouteTable, WithoutAFileTheHeaderIsAnyField) {
  const RouteTable table({"a", "b"}, 1, false);
  EXPECT_EQ(found(table, "X-LLM-Provider: a\r\n"), 1u);
  EXPECT_EQ(found(table, "X-LLM-Provider: c\r\n"), 1u);
}

TEST(RouteTable, KnowsUpstreamsByName) {
  const RouteTable table({"a", "b"}, 0, false);
  EXPECT_EQ(table.number_of("b"), 1u);
  EXPECT_EQ(table.number_of("c"), std::nullopt);
}

TEST(RouteTable, TellsNames) {
  for (const std::string& name : {std::string("a"), std::string("A-z_0.9"), std::string(64, 'x')})
    EXPECT_TRUE(is_upstream_name(name)) << name;
  for (const std::string& text :
       {std::string(), std::string("a b"), std::string("a/b"), std::string("\xc3\xa4"),
        std::string(65, 'x'), std::string("a\0", 2)})
    EXPECT_FALSE(is_upstream_name(text)) << text;
}

}  // namespace
}  // namespace llmgw::proxy
