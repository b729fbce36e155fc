// SPDX-License-Identifier: MIT
// A table of patterns, of which the first that matches counts.
#include "proxy/provider/anthropic/traits.hpp"

namespace llmgw::proxy::anthropic {
namespace {

struct Row {
  std::string_view pattern;
  Traits traits;
};

constexpr Traits budget_of(std::uint64_t max_output) noexcept {
  return {.max_output = max_output,
          .reasoning = ReasoningForm::budget,
          .has_sampling = true,
          .has_effort_xhigh = false,
          .has_effort_max = false};
}
constexpr Traits without_reasoning(std::uint64_t max_output) noexcept {
  Traits traits = budget_of(max_output);
  traits.reasoning = ReasoningForm::off;
  return traits;
}
constexpr Traits adaptive_with_sampling = {
    .max_output = 128'000, .has_sampling = true, .has_effort_xhigh = false};
constexpr Traits adaptive = {.max_output = 128'000};
constexpr Traits adaptive_without_force = {.max_output = 128'000, .has_forced_tools = false};
constexpr Traits adaptive_with_system_turns = {.max_output = 128'000, .has_system_turns = true};

constexpr Row rows[] = {
    {"claude-3-7-*", budget_of(64'000)},
    {"claude-3-5-*", without_reasoning(8'192)},
    {"claude-3-*", without_reasoning(4'096)},
    {"claude-sonnet-4-2025*", budget_of(64'000)},
    {"claude-opus-4-2025*", budget_of(32'000)},
    {"claude-opus-4-1*", budget_of(32'000)},
    {"claude-*-4-5*", budget_of(64'000)},
    {"claude-opus-4-6*", adaptive_with_sampling},
    {"claude-sonnet-4-6*", adaptive_with_sampling},
    {"claude-fable-5-1*", adaptive_without_force},
    {"claude-mythos-5-1*", adaptive_without_force},
    {"claude-opus-5-5*", adaptive_without_force},
    {"claude-sonnet-5-5*", adaptive_without_force},
    {"claude-opus-4-8*", adaptive_with_system_turns},
    {"claude-*", adaptive},
};

Traits built_in(std::string_view name) noexcept {
  for (const Row& each : rows) {
    if (matches_name(name, each.pattern)) return each.traits;
  }
  return {};
}

std::optional<ReasoningForm> form_of(const ModelFacts& facts) noexcept {
  if (facts.thinks == std::optional(false)) return ReasoningForm::off;
  if (!facts.thinks_adaptively) return std::nullopt;
  if (*facts.thinks_adaptively) return ReasoningForm::adaptive;
  if (!facts.takes_budget) return std::nullopt;
  return *facts.takes_budget ? ReasoningForm::budget : ReasoningForm::off;
}

void put_over(const ModelFacts& facts, Traits& traits) noexcept {
  traits.max_output = facts.max_output.value_or(traits.max_output);
  traits.reasoning = form_of(facts).value_or(traits.reasoning);
  traits.may_stop_thinking = facts.may_stop_thinking.value_or(traits.may_stop_thinking);
  traits.has_output_schemas = facts.has_output_schemas.value_or(traits.has_output_schemas);
  const EffortFacts& effort = facts.effort;
  traits.has_effort_low = effort.low.value_or(traits.has_effort_low);
  traits.has_effort_medium = effort.medium.value_or(traits.has_effort_medium);
  traits.has_effort_high = effort.high.value_or(traits.has_effort_high);
  traits.has_effort_xhigh = effort.xhigh.value_or(traits.has_effort_xhigh);
  traits.has_effort_max = effort.max.value_or(traits.has_effort_max);
}

}  // namespace

// Goes back to the last star once what follows it does not fit.
bool matches_name(std::string_view name, std::string_view pattern) noexcept {
  std::size_t at = 0, place = 0;
  std::size_t star = pattern.npos, from = 0;
  while (at < name.size()) {
    if (place < pattern.size() && pattern[place] == '*') {
      star = place++;
      from = at;
    } else if (place < pattern.size() && pattern[place] == name[at]) {
      ++place;
      ++at;
    } else if (star != pattern.npos) {
      place = star + 1;
      at = ++from;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', place) == pattern.npos;
}

Traits traits_of(const TranslationTarget& target) noexcept {
  Traits traits = built_in(target.model);
  put_over(target.facts, traits);
  traits.max_output = target.max_output_tokens.value_or(traits.max_output);
  traits.reasoning = target.reasoning.value_or(traits.reasoning);
  traits.has_sampling = target.has_sampling.value_or(traits.has_sampling);
  traits.has_forced_tools = target.has_forced_tools.value_or(traits.has_forced_tools);
  traits.has_system_turns = target.has_system_turns.value_or(traits.has_system_turns);
  return traits;
}

}  // namespace llmgw::proxy::anthropic
