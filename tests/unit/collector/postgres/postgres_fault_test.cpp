// SPDX-License-Identifier: MIT
// Codes of a server: what they say, and what is done about them.
#include "collector/postgres/postgres_fault.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

TEST(PostgresFault, IsOfAKind) {
  const auto kind = [](std::string_view state) {
    return postgres_fault_kind(postgres_fault(state));
  };
  EXPECT_EQ(kind("08006"), PostgresFault::lost);
  EXPECT_EQ(kind("08001"), PostgresFault::lost);
  EXPECT_EQ(kind("57P01"), PostgresFault::lost);
  EXPECT_EQ(kind("57P03"), PostgresFault::lost);
  EXPECT_EQ(kind("57014"), PostgresFault::timeout);
  EXPECT_EQ(kind("55P03"), PostgresFault::timeout);
  EXPECT_EQ(kind("40001"), PostgresFault::conflict);
  EXPECT_EQ(kind("40P01"), PostgresFault::conflict);
  EXPECT_EQ(kind("25006"), PostgresFault::standby);
  EXPECT_EQ(kind("53100"), PostgresFault::full);
  EXPECT_EQ(kind("53300"), PostgresFault::full);
  EXPECT_EQ(kind("28P01"), PostgresFault::refused);
  EXPECT_EQ(kind("42P01"), PostgresFault::refused);
  EXPECT_EQ(kind("23514"), PostgresFault::refused);
  EXPECT_EQ(kind("nonsense"), PostgresFault::lost);
  EXPECT_EQ(postgres_fault_kind(make_error_code(errc::not_resolved)), PostgresFault::lost);
  EXPECT_EQ(postgres_fault_kind(make_error_code(errc::timed_out)), PostgresFault::timeout);
  EXPECT_EQ(postgres_fault_kind(make_error_code(errc::invalid_setting)), PostgresFault::refused);
}

TEST(PostgresFault, OnlySomeAreWorthAnotherTry) {
  EXPECT_TRUE(is_worth_another_try(PostgresFault::lost));
  EXPECT_TRUE(is_worth_another_try(PostgresFault::conflict));
  EXPECT_TRUE(is_worth_another_try(PostgresFault::standby));
  EXPECT_FALSE(is_worth_another_try(PostgresFault::timeout));
  EXPECT_FALSE(is_worth_another_try(PostgresFault::full));
  EXPECT_FALSE(is_worth_another_try(PostgresFault::refused));
}

TEST(PostgresFault, SaysWhatItMeansAndItsCode) {
  EXPECT_EQ(postgres_fault("28P01").message(), "PostgreSQL: the password is wrong (28P01)");
  EXPECT_EQ(postgres_fault("08006").message(), "PostgreSQL: the connection failed (08006)");
  EXPECT_EQ(postgres_fault("XX000").message(), "PostgreSQL: error XX000");
  EXPECT_EQ(postgres_fault("57014"), errc::timed_out);
  EXPECT_NE(postgres_fault("40001"), postgres_fault("40P01"));
}

}  // namespace
}  // namespace llmgw::collector
