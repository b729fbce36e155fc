// SPDX-License-Identifier: MIT
// Efforts as levels for later models, and as budgets of tokens for those before.
#include "proxy/provider/gemini/thinking.hpp"

#include <utility>

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/chat/options.hpp"
#include "proxy/provider/gemini/json_out.hpp"

namespace llmgw::proxy::gemini {
namespace {

using chat::Effort;

constexpr std::string_view effort_param = "reasoning_effort";

void append_config(std::string_view key, std::string_view value, std::string_view thoughts,
                   std::string& out) {
  begin_member("thinkingConfig", out);
  out += '{';
  append_member(key, value, out);
  if (!thoughts.empty()) append_member("includeThoughts", thoughts, out);
  out += '}';
}

// Empty: Gemini has none that high.
std::string_view level_of(Effort effort, bool has_minimal) noexcept {
  switch (effort) {
    case Effort::none:
    case Effort::minimal: return has_minimal ? R"("minimal")" : R"("low")";
    case Effort::low: return R"("low")";
    case Effort::medium: return R"("medium")";
    case Effort::high: return R"("high")";
    case Effort::xhigh:
    case Effort::max: break;
  }
  return {};
}

std::string_view budget_of(Effort effort) noexcept {
  switch (effort) {
    case Effort::none: return "0";
    case Effort::minimal: return "512";
    case Effort::low: return "1024";
    case Effort::medium: return "2048";
    case Effort::high: return "4096";
    case Effort::xhigh:
    case Effort::max: break;
  }
  return {};
}

// An effort that the model lacks is never lowered in silence.
void append_effort(Effort effort, const GeminiRequestTerms& terms, std::string& out) {
  const bool is_budget = terms.traits.reasoning == ReasoningForm::budget;
  const std::string_view value =
      is_budget ? budget_of(effort) : level_of(effort, terms.traits.has_minimal);
  if (value.empty()) return terms.losses.refuse_value(effort_param);
  std::string_view thoughts = terms.target.shows_reasoning ? "true" : "";
  if (effort == Effort::none) {
    thoughts = is_budget ? "" : "false";
    if (!is_budget)
      terms.losses.drop(effort_param);  // there is no level at which it does not think
  }
  append_config(is_budget ? "thinkingBudget" : "thinkingLevel", value, thoughts, out);
}

// Google's clients write its members either way.
std::string_view wire_name_of(std::string_view key) noexcept {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"include_thoughts", "includeThoughts"},
      {"thinking_budget", "thinkingBudget"},
      {"thinking_level", "thinkingLevel"},
  };
  for (const auto& [name, wire] : names) {
    if (key == name) return wire;
  }
  return key;
}

void append_own_config(std::string_view config, std::string& out) {
  begin_member("thinkingConfig", out);
  out += '{';
  chat::JsonMembers members(config);
  for (JsonMember each; members.next(each);) append_member(wire_name_of(each.key), each.value, out);
  out += '}';
}

}  // namespace

void append_thinking(std::string_view config, const GeminiRequestTerms& terms, std::string& out) {
  const auto effort = chat::read_effort(terms.request, terms.losses);
  if (!config.empty()) {
    if (effort) terms.losses.drop(effort_param);
    return append_own_config(config, out);
  }
  if (!effort) return;
  if (terms.traits.reasoning != ReasoningForm::off) return append_effort(*effort, terms, out);
  if (*effort != Effort::none) terms.losses.drop(effort_param);
}

}  // namespace llmgw::proxy::gemini
