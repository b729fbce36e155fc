// SPDX-License-Identifier: MIT
// Values are kept by model, for a while; that they are bounded is shown with the refusals.
#include "proxy/provider/model_table.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/lesson.hpp"

namespace llmgw::proxy {
namespace {

using namespace std::chrono_literals;
const LearntModels::Clock::time_point start{};

TEST(ModelTable, ValuesAreChangedInPlaceAndForgottenWhole) {
  LearntModels models;
  EXPECT_EQ(models.find("a", start), nullptr);
  models.place("a", start).take({.kind = Lesson::Kind::max_tokens, .max_tokens = 5});
  models.place("a", start + 1h).take({.kind = Lesson::Kind::thought_signature, .is_plain = true});
  const Learnt* const found = models.find("a", start + LearntModels::lifetime);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->max_tokens, 5u);
  EXPECT_TRUE(found->has_plain_stand_in);
  EXPECT_EQ(models.find("b", start), nullptr);
  const auto later = start + 1h + LearntModels::lifetime;
  EXPECT_EQ(models.find("a", later), nullptr);
  EXPECT_EQ(models.place("a", later).max_tokens, std::nullopt);
  EXPECT_EQ(models.size(), 1u);
}

TEST(ModelTable, ALaterLessonTakesThePlaceOfTheSameKind) {
  Learnt learnt;
  learnt.take({.kind = Lesson::Kind::max_tokens, .max_tokens = 5});
  learnt.take({.kind = Lesson::Kind::max_tokens, .max_tokens = 3});
  EXPECT_EQ(learnt.max_tokens, 3u);
  learnt.take({.kind = Lesson::Kind::thought_signature, .is_plain = true});
  learnt.take({.kind = Lesson::Kind::thought_signature});
  EXPECT_FALSE(learnt.has_plain_stand_in);
  EXPECT_EQ(learnt.max_tokens, 3u);
}

}  // namespace
}  // namespace llmgw::proxy
