// SPDX-License-Identifier: MIT
// Exceptions are known by their numbers; their text stays where it is.
#include "collector/clickhouse/server_fault.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

TEST(ServerFault, IsFoundInABody) {
  const auto fault = exception_in("Code: 60. DB::Exception: Table secret.t does not exist. (X)");
  EXPECT_EQ(fault.value(), 60);
  EXPECT_EQ(fault.message(), "exception 60 of ClickHouse, UNKNOWN_TABLE");
  EXPECT_EQ(exception_in("1\t2\n__exception__\nCode: 9999. DB::Exception: x").message(),
            "exception 9999 of ClickHouse");
  EXPECT_EQ(exception_in("Code: x Code: 241. DB::Exception").value(), 241);
  for (const auto* each : {"", "Code: ", "Code: 60", "Code: -1. DB::Exception",
                           "Code: 99999999999. DB::Exception", "Ok."})
    EXPECT_FALSE(exception_in(each)) << each;
}

TEST(ServerFault, HasAKind) {
  const auto of = [](int number) {
    return clickhouse_fault_kind(boost::system::error_code(number, clickhouse_category()));
  };
  EXPECT_EQ(of(159), ClickHouseFault::timeout);
  EXPECT_EQ(of(241), ClickHouseFault::overloaded);
  EXPECT_EQ(of(242), ClickHouseFault::unavailable);
  EXPECT_EQ(of(516), ClickHouseFault::access);
  EXPECT_EQ(of(60), ClickHouseFault::schema);
  EXPECT_EQ(of(33), ClickHouseFault::data);
  EXPECT_EQ(of(1), ClickHouseFault::other);
  EXPECT_EQ(clickhouse_fault_kind(errc::refused), ClickHouseFault::connection);
  EXPECT_EQ(clickhouse_fault_kind(errc::timed_out), ClickHouseFault::timeout);
  EXPECT_EQ(clickhouse_fault_kind(errc::invalid_setting), ClickHouseFault::access);
  EXPECT_EQ(name(ClickHouseFault::other), "other");
  EXPECT_TRUE(is_passing(ClickHouseFault::connection));
  EXPECT_FALSE(is_passing(ClickHouseFault::schema));
}

}  // namespace
}  // namespace llmgw::collector
