// SPDX-License-Identifier: MIT
// Text in blocks: bounds, budgets, and what is left of it.
#include "proxy/estimate/held_text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/failing_new.hpp"

namespace llmgw::proxy {
namespace {

std::string text_in(const HeldText& held) {
  const WipedText whole = held.whole();
  return {whole.begin(), whole.end()};
}

std::string letters(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
  return text;
}

TEST(HeldText, HoldsNothingBeforeItBegins) {
  HeldText held;
  held.append("hello");
  EXPECT_FALSE(held.is_begun());
  EXPECT_EQ(held.size(), 0U);
  EXPECT_FALSE(held.is_cut());
}

TEST(HeldText, IsWhatWasAppendedInAnyParts) {
  const std::string text = letters(70'000);
  for (const std::size_t part : {1U, 7U, 255U, 256U, 5'000U, 70'000U}) {
    TextBudget budget(1 << 20);
    HeldText held;
    held.begin(budget, 1 << 20);
    for (std::size_t at = 0; at < text.size(); at += part)
      held.append(std::string_view(text).substr(at, part));
    EXPECT_EQ(held.size(), text.size());
    EXPECT_EQ(text_in(held), text);
    EXPECT_GE(budget.held(), text.size());
    held.clear();
    EXPECT_EQ(budget.held(), 0U);
  }
}

TEST(HeldText, IsCutAtItsOwnBound) {
  TextBudget budget(1 << 20);
  HeldText held;
  held.begin(budget, 10);
  held.append("");
  EXPECT_EQ(held.size(), 0U);
  held.append("0123456789");
  EXPECT_FALSE(held.is_cut());
  held.append("");
  EXPECT_FALSE(held.is_cut());
  held.append("x");
  EXPECT_TRUE(held.is_cut());
  held.append("y");
  EXPECT_EQ(text_in(held), "0123456789");
  HeldText other;
  other.begin(budget, 4);
  other.append("012345");
  EXPECT_TRUE(other.is_cut());
  EXPECT_EQ(text_in(other), "0123");
}

TEST(HeldText, IsCutWhereTheBudgetEnds) {
  TextBudget budget(1'000);
  HeldText first;
  first.begin(budget, 1 << 20);
  first.append(letters(700));
  EXPECT_FALSE(first.is_cut());
  HeldText second;
  second.begin(budget, 1 << 20);
  second.append(letters(700));
  EXPECT_TRUE(second.is_cut());
  EXPECT_EQ(second.size(), 0U);
  first.clear();
  HeldText third;
  third.begin(budget, 1 << 20);
  third.append("x");
  EXPECT_FALSE(third.is_cut());
}

TEST(HeldText, ShortensToAnySize) {
  const std::string text = letters(9'000);
  for (std::size_t size = 0; size <= text.size(); size += 111) {
    TextBudget budget(1 << 20);
    HeldText held;
    held.begin(budget, 1 << 20);
    for (std::size_t at = 0; at < text.size(); at += 50)
      held.append(std::string_view(text).substr(at, 50));
    held.shorten(size);
    EXPECT_EQ(text_in(held), text.substr(0, size));
    held.append("more");
    EXPECT_EQ(text_in(held), text.substr(0, size) + "more");
  }
  HeldText empty;
  empty.shorten(0);
}

TEST(HeldText, MovesAndGivesBackFromElsewhere) {
  TextBudget budget(1 << 20);
  HeldText held;
  held.begin(budget, 1 << 20);
  held.append("hello");
  {
    HeldText moved = std::move(held);
    EXPECT_EQ(text_in(moved), "hello");
    moved.give_away();
    EXPECT_GT(budget.held(), 0U);
  }
  EXPECT_EQ(budget.held(), 0U);
  held.begin(budget, 1 << 20);
  held.append("again");
  EXPECT_EQ(text_in(held), "again");
}

TEST(HeldText, WithoutMemoryItIsCut) {
  TextBudget budget(1 << 20);
  HeldText held;
  held.begin(budget, 1 << 20);
  const std::string text = letters(10'000);
  {
    const FailingNew failing(0);
    held.append(text);
  }
  EXPECT_TRUE(held.is_cut());
  EXPECT_EQ(budget.held(), 0U);
}

}  // namespace
}  // namespace llmgw::proxy
