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
    return kind_of(boost::system::error_code(number, clickhouse_category()));
  };
  EXPECT_EQ(of(159), FaultKind::timeout);
  EXPECT_EQ(of(241), FaultKind::overloaded);
  EXPECT_EQ(of(242), FaultKind::unavailable);
  EXPECT_EQ(of(516), FaultKind::access);
  EXPECT_EQ(of(60), FaultKind::schema);
  EXPECT_EQ(of(33), FaultKind::data);
  EXPECT_EQ(of(1), FaultKind::other);
  EXPECT_EQ(kind_of(errc::refused), FaultKind::connection);
  EXPECT_EQ(kind_of(errc::timed_out), FaultKind::timeout);
  EXPECT_EQ(kind_of(errc::invalid_setting), FaultKind::access);
  EXPECT_EQ(name(FaultKind::other), "other");
  EXPECT_TRUE(is_passing(FaultKind::connection));
  EXPECT_FALSE(is_passing(FaultKind::schema));
}

}  // namespace
}  // namespace llmgw::collector
