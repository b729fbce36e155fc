// SPDX-License-Identifier: MIT
// The table of efforts, row by row, and what stands in their way.
#include "proxy/provider/anthropic/reasoning.hpp"

#include <gtest/gtest.h>

#include "tests/unit/proxy/provider/anthropic/translated.hpp"

namespace llmgw::proxy {
namespace {

std::string effort(const std::string& word, const std::string& more = "") {
  return with(R"("reasoning_effort":")" + word + "\"" + more);
}

TEST(AnthropicReasoning, AbsentIsNothing) {
  for (const TranslationTarget& target : {plain_target(), budget_target()}) {
    const Json got = sent(with(""), target);
    EXPECT_FALSE(got.contains("thinking") || got.contains("output_config"));
  }
}

TEST(AnthropicReasoning, AdaptiveByEffort) {
  const TranslationTarget newest = target_of("claude-opus-4-7");
  const std::pair<std::string, std::string> cases[] = {{"minimal", "low"},   {"low", "low"},
                                                       {"medium", "medium"}, {"high", "high"},
                                                       {"xhigh", "xhigh"},   {"max", "max"}};
  for (const auto& [word, expected] : cases) {
    const Json got = sent(effort(word), newest);
    EXPECT_EQ(got["output_config"], Json({{"effort", expected}}));
    EXPECT_EQ(got["thinking"], Json({{"type", "adaptive"}, {"display", "summarized"}}));
    EXPECT_TRUE(dropped(effort(word), newest).empty());
  }
  EXPECT_EQ(sent(effort("none"), newest)["thinking"], Json({{"type", "disabled"}}));
  EXPECT_FALSE(sent(effort("none"), newest).contains("output_config"));
}

TEST(AnthropicReasoning, EffortIsNeverLowered) {
  TranslationTarget target = target_of("claude-opus-4-6");
  EXPECT_EQ(sent(effort("max"), target)["output_config"]["effort"], "max");
  EXPECT_EQ(refused(effort("xhigh"), target).code, "unsupported_value");
  EXPECT_EQ(refused(effort("xhigh"), target).param, "reasoning_effort");
  EXPECT_EQ(refused(effort("huge"), target).code, "unsupported_value");
  target.drops_unsupported = true;
  EXPECT_EQ(dropped(effort("xhigh"), target), Names{"reasoning_effort"});
  EXPECT_FALSE(sent(effort("xhigh"), target).contains("output_config"));
}

TEST(AnthropicReasoning, LevelsAreThoseThatTheProviderTells) {
  const std::pair<std::string, ModelFacts> lacking[] = {
      {"none", {.may_stop_thinking = false}}, {"minimal", {.effort = {.low = false}}},
      {"low", {.effort = {.low = false}}},    {"medium", {.effort = {.medium = false}}},
      {"high", {.effort = {.high = false}}},  {"xhigh", {.effort = {.xhigh = false}}},
      {"max", {.effort = {.max = false}}}};
  for (const auto& [word, facts] : lacking) {
    TranslationTarget target = target_of("claude-opus-4-7");
    EXPECT_TRUE(sent(effort(word), target).contains("thinking")) << word;
    target.facts = facts;
    EXPECT_EQ(refused(effort(word), target).code, "unsupported_value") << word;
    target.drops_unsupported = true;
    EXPECT_EQ(dropped(effort(word), target), Names{"reasoning_effort"});
    EXPECT_FALSE(sent(effort(word), target).contains("thinking")) << word;
  }
  TranslationTarget higher = target_of("claude-opus-4-6");
  higher.facts.effort.xhigh = true;
  EXPECT_EQ(sent(effort("xhigh"), higher)["output_config"]["effort"], "xhigh");
}

TEST(AnthropicReasoning, WithoutOutputNoThinkingIsAskedFor) {
  TranslationTarget target = plain_target();
  target.shows_reasoning = false;
  const Json got = sent(effort("high"), target);
  EXPECT_EQ(got["output_config"]["effort"], "high");
  EXPECT_FALSE(got.contains("thinking"));
}

TEST(AnthropicReasoning, BudgetByEffort) {
  const std::pair<std::string, int> cases[] = {{"minimal", 1024}, {"low", 1024},   {"medium", 2048},
                                               {"high", 4096},    {"xhigh", 8192}, {"max", 16384}};
  for (const auto& [word, budget] : cases) {
    const Json got = sent(effort(word), budget_target());
    EXPECT_EQ(got["thinking"], Json({{"type", "enabled"}, {"budget_tokens", budget}}));
    EXPECT_FALSE(got.contains("output_config"));
  }
  EXPECT_FALSE(sent(effort("none"), budget_target()).contains("thinking"));
}

TEST(AnthropicReasoning, BudgetStaysBelowMaxTokens) {
  const auto budget = [](const std::string& limit) {
    return sent(effort("high", R"(,"max_tokens":)" + limit),
                budget_target())["thinking"]["budget_tokens"];
  };
  EXPECT_EQ(budget("4097"), 4096);
  EXPECT_EQ(budget("4096"), 4095);
  EXPECT_EQ(budget("1025"), 1024);
  const std::string narrow = effort("high", R"(,"max_tokens":1024)");
  EXPECT_EQ(dropped(narrow, budget_target()), Names{"reasoning_effort"});
  EXPECT_FALSE(sent(narrow, budget_target()).contains("thinking"));
}

TEST(AnthropicReasoning, BudgetFixesSampling) {
  const std::string body = effort("low", R"(,"temperature":0.5,"top_p":0.9,"top_k":3)");
  EXPECT_EQ(dropped(body, budget_target()), (Names{"temperature", "top_p", "top_k"}));
  EXPECT_EQ(sent(effort("low", R"(,"top_p":0.97)"), budget_target())["top_p"], 0.97);
  EXPECT_TRUE(dropped(body).empty());  // adaptive
}

TEST(AnthropicReasoning, TargetSaysTheForm) {
  TranslationTarget target = plain_target();
  target.reasoning = ReasoningForm::budget;
  EXPECT_EQ(sent(effort("low"), target)["thinking"]["type"], "enabled");
  target.reasoning = ReasoningForm::off;
  EXPECT_EQ(refused(effort("low"), target).param, "reasoning_effort");
  EXPECT_FALSE(sent(effort("none"), target).contains("thinking"));
}

std::string loop(const std::string& blocks, const std::string& after = "") {
  return R"({"reasoning_effort":"low","messages":[)" + hi +
         R"(,{"role":"assistant","content":null,)" + blocks + R"("tool_calls":[)" + call("a") +
         "]}," + result("a", "1") + after + "]}";
}

TEST(AnthropicReasoning, R12LostBlocksSwitchABudgetOff) {
  const std::string kept =
      R"("thinking_blocks":[{"type":"thinking","thinking":"t","signature":"QUJD"}],)";
  EXPECT_EQ(sent(loop(kept), budget_target())["thinking"]["type"], "enabled");
  EXPECT_EQ(dropped(loop(""), budget_target()), Names{"reasoning_effort"});
  EXPECT_FALSE(sent(loop(""), budget_target()).contains("thinking"));
  EXPECT_EQ(sent(loop(""))["thinking"]["type"], "adaptive");
  // The loop is over: nothing is demanded of it any more.
  const std::string over = loop("", R"(,{"role":"assistant","content":"done"},)" + hi);
  EXPECT_EQ(sent(over, budget_target())["thinking"]["type"], "enabled");
}

TEST(AnthropicReasoning, ClientsOwnThinkingGoesFirst) {
  const std::string own = R"(,"thinking":{"type":"enabled","budget_tokens":3000})";
  EXPECT_EQ(sent(effort("high", own), budget_target())["thinking"]["budget_tokens"], 3000);
  EXPECT_EQ(dropped(effort("high", own), budget_target()), Names{"reasoning_effort"});
  const Json adaptive = sent(effort("high", R"(,"thinking":{"type":"adaptive"})"));
  EXPECT_EQ(adaptive["thinking"], Json({{"type", "adaptive"}}));
  EXPECT_EQ(adaptive["output_config"]["effort"], "high");
  EXPECT_EQ(dropped(effort("high", R"(,"output_config":{"effort":"low"})")),
            Names{"reasoning_effort"});
}

}  // namespace
}  // namespace llmgw::proxy
