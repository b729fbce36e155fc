// SPDX-License-Identifier: MIT
// What models can do by their names.
#include "proxy/provider/gemini/model_traits.hpp"

#include <gtest/gtest.h>

namespace llmgw::proxy::gemini {
namespace {

TEST(GeminiTraits, AreThoseOfTheFirstModels) {
  for (const char* const name : {"gemini-1.5-pro", "gemini-2.0-flash", "gemini-2.5-pro",
                                 "models/gemini-2.5-flash-lite", "gemma-3-27b-it", ""}) {
    const GeminiTraits traits = gemini_traits(name);
    EXPECT_EQ(traits.reasoning, ReasoningForm::budget) << name;
    EXPECT_TRUE(traits.has_penalties) << name;
    EXPECT_TRUE(traits.has_sampling) << name;
    EXPECT_FALSE(traits.needs_signatures) << name;
  }
}

TEST(GeminiTraits, AreThoseOfTheLaterModels) {
  for (const char* const name : {"gemini-3-pro-preview", "gemini-3.1-pro", "gemini-4-flash",
                                 "models/gemini-10-pro", "gemini-flash-latest"}) {
    const GeminiTraits traits = gemini_traits(name);
    EXPECT_EQ(traits.reasoning, ReasoningForm::level) << name;
    EXPECT_FALSE(traits.has_penalties) << name;
    EXPECT_TRUE(traits.needs_signatures) << name;
  }
}

TEST(GeminiTraits, R17SamplingIsIgnoredByTheNewest) {
  for (const char* const name : {"gemini-3.5-flash-lite", "gemini-3.6-pro", "gemini-3.6-flash",
                                 "gemini-3.10-pro", "gemini-4-pro", "gemini-3.7-flash-lite"})
    EXPECT_FALSE(gemini_traits(name).has_sampling) << name;
  for (const char* const name : {"gemini-3-flash-lite", "gemini-3.5-flash", "gemini-3.1-pro",
                                 "gemini-2.5-flash-lite", "gemini-flash-latest"})
    EXPECT_TRUE(gemini_traits(name).has_sampling) << name;
}

TEST(GeminiTraits, MinimalIsALevelOfSomeFlashModels) {
  EXPECT_TRUE(gemini_traits("gemini-3-flash-preview").has_minimal);
  EXPECT_FALSE(gemini_traits("gemini-3-pro-preview").has_minimal);
  EXPECT_FALSE(gemini_traits("gemini-3.1-flash-image").has_minimal);
}

TEST(GeminiTraits, AreOverruledByTheTarget) {
  TranslationTarget target{.model = "gemini-3-pro", .provider = "g"};
  target.reasoning = ReasoningForm::budget;
  target.has_sampling = false;
  EXPECT_EQ(gemini_traits(target).reasoning, ReasoningForm::budget);
  EXPECT_FALSE(gemini_traits(target).has_sampling);
  EXPECT_TRUE(gemini_traits(target).needs_signatures);
}

TEST(GeminiTraits, ProviderSaysThatItDoesNotThink) {
  TranslationTarget target{.model = "gemini-2.0-flash", .provider = "p"};
  target.facts.thinks = true;
  EXPECT_EQ(gemini_traits(target).reasoning, ReasoningForm::budget);
  target.facts.thinks = false;
  EXPECT_EQ(gemini_traits(target).reasoning, ReasoningForm::off);
  target.reasoning = ReasoningForm::level;
  EXPECT_EQ(gemini_traits(target).reasoning, ReasoningForm::level);
}

}  // namespace
}  // namespace llmgw::proxy::gemini
