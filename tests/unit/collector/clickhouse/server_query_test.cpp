// SPDX-License-Identifier: MIT
// Parameters get to the server as they are, whatever they hold.
#include "collector/clickhouse/server_query.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace llmgw::collector {
namespace {

TEST(ServerQuery, HasSqlInTheTargetWhereTheBodyIsRows) {
  ServerQuery query("INSERT INTO t (a) FORMAT RowBinary");
  query.set("async_insert", 0);
  EXPECT_EQ(query.target("d-1", false), "/?database=d-1&async_insert=0");
  EXPECT_EQ(query.target("d-1", true),
            "/?database=d-1&async_insert=0"
            "&query=INSERT%20INTO%20t%20%28a%29%20FORMAT%20RowBinary");
}

TEST(ServerQuery, EscapesWhatAParameterHolds) {
  ServerQuery query("");
  query.with("a", std::string_view("x'\\\n\t\0y&=\xc3\xa4", 11));
  EXPECT_EQ(query.target("d", false),
            "/?database=d&param_a=x%5C%27%5C%5C%5Cn%5Ct%5C0y%26%3D%C3%A4");
}

TEST(ServerQuery, WritesLists) {
  const std::vector<std::int64_t> numbers{1, -2};
  const std::vector<std::string> texts{"a", "'b"};
  ServerQuery query("");
  query.with("n", std::span<const std::int64_t>(numbers));
  query.with("t", std::span<const std::string>(texts));
  query.with("none", std::span<const std::string>());
  query.with("i", -5);
  EXPECT_EQ(query.target("d", false),
            "/?database=d&param_n=%5B1%2C-2%5D&param_t=%5B%27a%27%2C%27%5C%27b%27%5D"
            "&param_none=%5B%5D&param_i=-5");
}

}  // namespace
}  // namespace llmgw::collector
