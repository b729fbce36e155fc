// SPDX-License-Identifier: MIT
// The client's own `thinking` goes before what `reasoning_effort` would have made.
#include "proxy/provider/anthropic/reasoning.hpp"

#include <algorithm>
#include <optional>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/options.hpp"

namespace llmgw::proxy::anthropic {
namespace {

using chat::Effort;
using chat::Losses;

constexpr std::string_view param = "reasoning_effort";
constexpr std::uint64_t smallest_budget = 1024;  // that the API takes

std::uint64_t budget_of(Effort effort) noexcept {
  switch (effort) {
    case Effort::medium: return 2048;
    case Effort::high: return 4096;
    case Effort::xhigh: return 8192;
    case Effort::max: return 16384;
    default: return smallest_budget;
  }
}

bool has_effort(const Traits& traits, Effort effort) noexcept {
  switch (effort) {
    case Effort::none: return traits.may_stop_thinking;
    case Effort::minimal:
    case Effort::low: return traits.has_effort_low;
    case Effort::medium: return traits.has_effort_medium;
    case Effort::high: return traits.has_effort_high;
    case Effort::xhigh: return traits.has_effort_xhigh;
    case Effort::max: return traits.has_effort_max;
  }
  return false;
}

// Below max_tokens, so that an answer has room; beside a forced call, or without the thinking that
// led to the calls before, the API takes none.
Reasoning with_budget(Effort effort, const ReasoningTerms& terms, Losses& losses) {
  if (effort == Effort::none) return {};
  const std::uint64_t budget = std::min(budget_of(effort), terms.max_tokens - 1);
  if (budget < smallest_budget || terms.is_call_forced || terms.lacks_thinking) {
    losses.drop(param);
    return {};
  }
  return {.thinking = R"({"type":"enabled","budget_tokens":)" + std::to_string(budget) + "}",
          .has_budget = true};
}

std::string_view effort_word(Effort effort) noexcept {
  return chat::word_of(effort == Effort::minimal ? Effort::low : effort);
}

// Newer models hold back what they thought unless `display` asks for it.
Reasoning adaptive(Effort effort, const ReasoningTerms& terms, Losses& losses) {
  if (!has_effort(terms.traits, effort)) {
    losses.refuse_value(param);
    return {};
  }
  if (effort == Effort::none) return {.thinking = R"({"type":"disabled"})"};
  Reasoning reasoning{.effort = effort_word(effort)};
  if (terms.shows_reasoning) reasoning.thinking = R"({"type":"adaptive","display":"summarized"})";
  return reasoning;
}

Reasoning of_effort(Effort effort, const ReasoningTerms& terms, Losses& losses) {
  switch (terms.traits.reasoning) {
    case ReasoningForm::budget: return with_budget(effort, terms, losses);
    case ReasoningForm::off:
      if (effort != Effort::none) losses.refuse_value(param);
      return {};
    default: return adaptive(effort, terms, losses);
  }
}

// `own`: the client's object. Effort goes beside it where the model has that.
Reasoning of_client(std::string_view own, std::optional<Effort> effort, const ReasoningTerms& terms,
                    Losses& losses) {
  Reasoning reasoning;
  reasoning.has_budget = chat::is_string(chat::member_of(own, "type"), "enabled");
  if (reasoning.has_budget && terms.lacks_thinking) {
    losses.drop("thinking");
    reasoning.has_budget = false;
  } else {
    reasoning.thinking = own;
  }
  if (!effort) return reasoning;
  const bool has_effort = terms.traits.reasoning != ReasoningForm::budget &&
                          terms.traits.reasoning != ReasoningForm::off;
  if (has_effort && *effort != Effort::none) {
    reasoning.effort = adaptive(*effort, terms, losses).effort;
  } else {
    losses.drop(param);
  }
  return reasoning;
}

}  // namespace

Reasoning plan_reasoning(const chat::ChatRequest& request, const ReasoningTerms& terms,
                         Losses& losses) {
  const auto effort = chat::read_effort(request, losses);
  const std::string_view own = request.extension("thinking");
  if (!own.empty()) return of_client(own, effort, terms, losses);
  return effort ? of_effort(*effort, terms, losses) : Reasoning{};
}

}  // namespace llmgw::proxy::anthropic
