// SPDX-License-Identifier: MIT
// Rows of an answer; anything that is not a whole one is none.
#include "collector/clickhouse/server_rows.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

const std::string answer = R"({"meta": [{"name": "a", "type": "Int64"}],)"
                           "\n\t\"data\":\n\t[\n\t\t[1, \"x\\n\\u00e4\", null, "
                           "-170141183460469231731687303715884105727],\n"
                           "\t\t[\"7\", \"\", [1, [2]], 0]\n\t],\n\n\t\"rows\": 2\n}\n";

TEST(ServerRows, AreRead) {
  auto rows = ServerRows::read(answer);
  ASSERT_TRUE(rows);
  ASSERT_TRUE(rows->next());
  EXPECT_EQ(rows->columns(), 4U);
  EXPECT_EQ(rows->integer(0), 1);
  EXPECT_EQ(rows->text(1), "x\n\xc3\xa4");
  EXPECT_TRUE(rows->is_null(2));
  EXPECT_EQ(rows->integer(2), 0);
  EXPECT_TRUE(rows->wide(3) == 0);  // more digits than are ever written
  ASSERT_TRUE(rows->next());
  EXPECT_EQ(rows->integer(0), 7);
  EXPECT_EQ(rows->text(1), "");
  EXPECT_FALSE(rows->is_null(1));
  EXPECT_EQ(rows->text(9), "");
  EXPECT_FALSE(rows->next());
  EXPECT_FALSE(rows->next());
}

TEST(ServerRows, AreWide) {
  auto rows = ServerRows::read(R"({"data":[[-36893488147419103232]],"rows":1})");
  ASSERT_TRUE(rows && rows->next());
  EXPECT_TRUE(rows->wide(0) == WideCount{-1} * (WideCount{1} << 65));
}

TEST(ServerRows, MayBeNone) {
  auto rows = ServerRows::read(R"({"meta":[],"data":[],"rows":0})");
  ASSERT_TRUE(rows);
  EXPECT_FALSE(rows->next());
}

TEST(ServerRows, AreNoneWhereTheyBreakOff) {
  for (std::size_t size = 0; size + 1 < answer.size(); ++size)
    EXPECT_FALSE(ServerRows::read(answer.substr(0, size))) << size;
}

TEST(ServerRows, AreNoneWhereSomethingElseFollows) {
  constexpr std::string_view exception = "Code: 241. DB::Exception: memory";
  for (std::size_t size = 0; size <= answer.size(); ++size)
    EXPECT_FALSE(ServerRows::read(answer.substr(0, size).append(exception))) << size;
}

TEST(ServerRows, WantTheirNumber) {
  for (const auto* each : {R"({"data":[[1]],"rows":2})", R"({"data":[[1]]})", R"({"rows":0})",
                           R"({"data":{},"rows":0})", R"({"data":[1],"rows":1})", R"([[1]])",
                           R"({"data":[[1]],"rows":-1})", ""})
    EXPECT_FALSE(ServerRows::read(each)) << each;
}

}  // namespace
}  // namespace llmgw::collector
