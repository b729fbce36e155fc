// SPDX-License-Identifier: MIT
// Codes of a server: what they say, and what is done about them.
#include "collector/postgres/postgres_fault.hpp"

#include <gtest/gtest.h>

namespace llmgw::collector {
namespace {

TEST(PostgresFault, IsOfAKind) {
  const auto kind = [](std::string_view state) { return kind_of(postgres_fault(state)); };
  EXPECT_EQ(kind("08006"), FaultKind::lost);
  EXPECT_EQ(kind("08001"), FaultKind::lost);
  EXPECT_EQ(kind("57P01"), FaultKind::lost);
  EXPECT_EQ(kind("57P03"), FaultKind::lost);
  EXPECT_EQ(kind("57014"), FaultKind::timeout);
  EXPECT_EQ(kind("55P03"), FaultKind::timeout);
  EXPECT_EQ(kind("40001"), FaultKind::conflict);
  EXPECT_EQ(kind("40P01"), FaultKind::conflict);
  EXPECT_EQ(kind("25006"), FaultKind::standby);
  EXPECT_EQ(kind("53100"), FaultKind::full);
  EXPECT_EQ(kind("53300"), FaultKind::full);
  EXPECT_EQ(kind("28P01"), FaultKind::refused);
  EXPECT_EQ(kind("42P01"), FaultKind::refused);
  EXPECT_EQ(kind("23514"), FaultKind::refused);
  EXPECT_EQ(kind("nonsense"), FaultKind::lost);
  EXPECT_EQ(kind_of(make_error_code(errc::not_resolved)), FaultKind::lost);
  EXPECT_EQ(kind_of(make_error_code(errc::timed_out)), FaultKind::timeout);
  EXPECT_EQ(kind_of(make_error_code(errc::invalid_setting)), FaultKind::refused);
}

TEST(PostgresFault, OnlySomeAreWorthAnotherTry) {
  EXPECT_TRUE(is_worth_another_try(FaultKind::lost));
  EXPECT_TRUE(is_worth_another_try(FaultKind::conflict));
  EXPECT_TRUE(is_worth_another_try(FaultKind::standby));
  EXPECT_FALSE(is_worth_another_try(FaultKind::timeout));
  EXPECT_FALSE(is_worth_another_try(FaultKind::full));
  EXPECT_FALSE(is_worth_another_try(FaultKind::refused));
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
