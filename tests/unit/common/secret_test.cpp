// SPDX-License-Identifier: MIT
// A secret has no way out but reveal().
#include "common/secret.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <type_traits>

#include "common/log/log.hpp"

namespace llmgw {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!Streamable<Secret> && Streamable<std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_constructible_v<std::string, Secret>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!std::is_constructible_v<log::Field, std::string_view, Secret>);
static_assert(std::is_constructible_v<log::Field, std::string_view, std::string>);

TEST(Secret, RevealsItsText) {
  EXPECT_EQ(Secret("sk-1").reveal(), "sk-1");
  EXPECT_TRUE(Secret().is_empty());
  EXPECT_FALSE(Secret("x").is_empty());
  EXPECT_EQ(Secret("a"), Secret("a"));
  EXPECT_NE(Secret("a"), Secret("b"));
}

TEST(Secret, CopiesAndMoves) {
  Secret first("sk-1");
  Secret copy = first;
  EXPECT_EQ(copy, first);
  Secret moved = std::move(first);
  EXPECT_EQ(moved.reveal(), "sk-1");
  copy = Secret("sk-2");
  EXPECT_EQ(copy.reveal(), "sk-2");
  EXPECT_EQ(moved.reveal(), "sk-1");
}

TEST(Secret, AMovedFromSecretHoldsNothing) {
  Secret first("sk-1");
  const Secret second(std::move(first));
  EXPECT_TRUE(first.is_empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(second.reveal(), "sk-1");
}

TEST(Secret, AssigningToItselfKeepsTheText) {
  Secret secret("sk-1");
  const Secret& same = secret;
  secret = same;
  EXPECT_EQ(secret.reveal(), "sk-1");
}

}  // namespace
}  // namespace llmgw
