// SPDX-License-Identifier: MIT
// Models by their names.
#include "proxy/provider/anthropic/traits.hpp"

#include <gtest/gtest.h>

#include "proxy/provider/anthropic/call_id.hpp"
#include "proxy/provider/anthropic/user_id.hpp"

namespace llmgw::proxy::anthropic {
namespace {

TEST(AnthropicTraits, PatternsMatch) {
  EXPECT_TRUE(matches_name("claude-sonnet-4-5-x", "claude-*-4-5*") && matches_name("ab", "a*b*"));
  EXPECT_TRUE(matches_name("", "*") && matches_name("aXbXb", "a*b"));
  EXPECT_FALSE(matches_name("claude-4-5", "claude-*-4-5*") || matches_name("abc", "ab"));
  EXPECT_FALSE(matches_name("a", "") || matches_name("", "a"));
}

Traits named(std::string_view model) { return traits_of({.model = model, .provider = "p"}); }

TEST(AnthropicTraits, FirstRowThatMatches) {
  EXPECT_EQ(named("claude-haiku-4-5-20251001").max_output, 64'000u);
  EXPECT_EQ(named("claude-haiku-4-5-20251001").reasoning, ReasoningForm::budget);
  EXPECT_EQ(named("claude-opus-4-6").max_output, 128'000u);
  EXPECT_TRUE(named("claude-opus-4-6").has_sampling);
  EXPECT_FALSE(named("claude-opus-4-7").has_sampling);
  EXPECT_FALSE(named("claude-opus-5-5-20261001").has_forced_tools);
  EXPECT_TRUE(named("claude-opus-5").has_forced_tools);
  EXPECT_TRUE(named("claude-opus-4-8").has_system_turns);
  EXPECT_EQ(named("claude-sonnet-4-20250514").max_output, 64'000u);
  EXPECT_EQ(named("unheard-of").max_output, 0u);
}

TEST(AnthropicTraits, TargetGoesFirst) {
  const Traits traits = traits_of({.model = "claude-opus-4-6",
                                   .provider = "p",
                                   .max_output_tokens = 5,
                                   .reasoning = ReasoningForm::off,
                                   .has_sampling = false,
                                   .has_forced_tools = false});
  EXPECT_EQ(traits.max_output, 5u);
  EXPECT_EQ(traits.reasoning, ReasoningForm::off);
  EXPECT_FALSE(traits.has_sampling || traits.has_forced_tools);
}

TEST(AnthropicTraits, ProviderGoesBetweenSettingsAndName) {
  TranslationTarget target{.model = "claude-opus-4-6", .provider = "p"};
  target.facts = {.max_output = 7,
                  .thinks_adaptively = false,
                  .takes_budget = true,
                  .may_stop_thinking = false,
                  .has_output_schemas = false,
                  .effort = {.low = false, .xhigh = true}};
  Traits traits = traits_of(target);
  EXPECT_EQ(traits.max_output, 7u);
  EXPECT_EQ(traits.reasoning, ReasoningForm::budget);
  EXPECT_FALSE(traits.may_stop_thinking || traits.has_output_schemas || traits.has_effort_low);
  EXPECT_TRUE(traits.has_effort_xhigh && traits.has_effort_max && traits.has_sampling);
  target.max_output_tokens = 5;
  target.reasoning = ReasoningForm::adaptive;
  traits = traits_of(target);
  EXPECT_EQ(traits.max_output, 5u);
  EXPECT_EQ(traits.reasoning, ReasoningForm::adaptive);
}

TEST(AnthropicTraits, FormOfReasoningByTheProvider) {
  const auto form = [](const ModelFacts& facts) {
    TranslationTarget target{.model = "claude-sonnet-4-5", .provider = "p"};
    target.facts = facts;
    return traits_of(target).reasoning;
  };
  EXPECT_EQ(form({}), ReasoningForm::budget);  // by its name
  EXPECT_EQ(form({.thinks = true}), ReasoningForm::budget);
  EXPECT_EQ(form({.thinks = false, .thinks_adaptively = true}), ReasoningForm::off);
  EXPECT_EQ(form({.thinks_adaptively = true, .takes_budget = true}), ReasoningForm::adaptive);
  EXPECT_EQ(form({.thinks_adaptively = false, .takes_budget = true}), ReasoningForm::budget);
  EXPECT_EQ(form({.thinks_adaptively = false, .takes_budget = false}), ReasoningForm::off);
  EXPECT_EQ(form({.thinks_adaptively = false}), ReasoningForm::budget);
}

TEST(AnthropicCallId, R9IsLegalAndTheSameForTheSame) {
  EXPECT_EQ(call_id_of("call_A-1"), "call_A-1");
  EXPECT_EQ(call_id_of("a b:c"), "a_b_c");
  EXPECT_EQ(call_id_of("call_1__thought__xyz"), "call_1");
  EXPECT_EQ(call_id_of("__thought__xyz"), "_");
  EXPECT_EQ(call_id_of(std::string(64, 'x')), std::string(64, 'x'));
  const std::string one(65, 'x'), other = std::string(64, 'x') + "y";
  EXPECT_EQ(call_id_of(one).size(), 57u);
  EXPECT_EQ(call_id_of(one), call_id_of(one));
  EXPECT_NE(call_id_of(one), call_id_of(other));
}

TEST(AnthropicUserId, PersonsAreKnownByTheirLooks) {
  for (const std::string& opaque : {std::string("user-1"), std::string("123456"),
                                    std::string("550e8400-e29b-41d4-a716"), std::string(512, 'x')})
    EXPECT_TRUE(is_opaque_user(opaque)) << opaque;
  for (const std::string& person : {std::string("a@b.de"), std::string("+1 (555) 010-9999"),
                                    std::string("5550109"), std::string(513, 'x')})
    EXPECT_FALSE(is_opaque_user(person)) << person;
}

}  // namespace
}  // namespace llmgw::proxy::anthropic
