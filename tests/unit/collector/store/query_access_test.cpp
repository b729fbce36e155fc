// SPDX-License-Identifier: MIT
// Files of tokens, who is let in, and which names are this machine's.
#include "collector/store/query_access.hpp"

#include <gtest/gtest.h>

#include "common/system/sha256.hpp"

namespace llmgw::collector {
namespace {

std::string line(std::string_view name, std::string_view token, std::string_view scope) {
  return std::string(name) + " sha256:" + sha256_hex(token) + " " + std::string(scope) + "\n";
}

TEST(QueryAccess, KnowsItsTokens) {
  const auto access = QueryAccess::parse("# all of them\n\n" + line("ops", "one", "admin") + "\t" +
                                         line("team", "two", "tenant=a,b") + "  \r\n");
  ASSERT_TRUE(access);
  const QueryScope* const all = access->scope_of("Bearer one");
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(all->tenants, std::nullopt);
  const QueryScope* const some = access->scope_of("bearer  two");
  ASSERT_NE(some, nullptr);
  EXPECT_EQ(some->tenants, (std::vector<std::string>{"a", "b"}));
  for (const auto* wrong :
       {"", "Bearer", "Bearer ", "Bearer on", "Bearer one ", "Basic one", "one"})
    EXPECT_EQ(access->scope_of(wrong), nullptr) << wrong;
}

TEST(QueryAccess, RefusesFilesThatAreNone) {
  const std::string good = line("a", "x", "admin");
  for (const std::string& bad :
       {std::string(), std::string("# nothing\n"), good + good, std::string("a admin\n"),
        std::string("a sha256:12 admin\n"), std::string("token\n"), line("a", "x", "root"),
        line("a", "x", "tenant="), line("a", "x", "tenant=a,,b"), line("a", "x", "admin more"),
        "a sha256:" + std::string(64, 'A') + " admin\n"})
    EXPECT_EQ(QueryAccess::parse(bad).error(), errc::invalid_setting) << bad;
}

TEST(LoopbackHost, IsAnAddressOrNameOfThisMachine) {
  for (const auto* own :
       {"127.0.0.1", "127.0.0.1:8082", "localhost", "LocalHost:1", "[::1]", "[::1]:8082"})
    EXPECT_TRUE(is_loopback_host(own)) << own;
  for (const auto* other : {"", "127.0.0.2", "localhost.", "evil.example", "localhost:8082:1",
                            "::1", "[::1", "localhost:a", "[::2]", "127.0.0.1.evil.example"})
    EXPECT_FALSE(is_loopback_host(other)) << other;
}

}  // namespace
}  // namespace llmgw::collector
