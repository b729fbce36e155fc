// SPDX-License-Identifier: MIT
// Which requests belong together.
#include "proxy/route/affinity.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace llmgw::proxy {
namespace {

TEST(Affinity, LaterTurnsOfAConversationStayTogether) {
  const std::string begin = R"({"model":"m","messages":[{"role":"system","content":")" +
                            std::string(1'100, 's') + R"("},)";
  EXPECT_EQ(affinity_of("t", begin + "1]}"), affinity_of("t", begin + "1,2,3]}"));
  EXPECT_NE(affinity_of("t", begin + "1]}"), affinity_of("u", begin + "1]}"));
}

TEST(Affinity, TheCacheKeyDecidesWhereThereIsOne) {
  EXPECT_EQ(affinity_of("t", R"({"a":1,"prompt_cache_key":"k"})"),
            affinity_of("t", R"({"prompt_cache_key":"k","b":[2]})"));
  EXPECT_NE(affinity_of("t", R"({"prompt_cache_key":"k"})"),
            affinity_of("t", R"({"prompt_cache_key":"l"})"));
  EXPECT_NE(affinity_of("t", R"({"a":{"prompt_cache_key":"k"},"b":1})"),
            affinity_of("t", R"({"a":{"prompt_cache_key":"k"},"b":2})"));
}

TEST(Affinity, SpreadsOverFewTargets) {
  int counts[3] = {};
  for (int i = 0; i < 3'000; ++i) ++counts[affinity_of("t", std::to_string(i)) % 3];
  for (const int each : counts) EXPECT_GT(each, 800);
}

}  // namespace
}  // namespace llmgw::proxy
