// SPDX-License-Identifier: MIT
// The generations of models.
#include "tests/mock_upstream/anthropic/model.hpp"

namespace llmgw::mock::anthropic {
namespace {

bool has(std::string_view name, std::string_view part) { return name.find(part) != name.npos; }

constexpr Model before_4_6{.most_tokens = 64'000,
                           .system_messages = false,
                           .adaptive_thinking = false,
                           .high_efforts = false};
constexpr Model of_4_6{.prefill = false, .system_messages = false, .high_efforts = false};
constexpr Model newest{
    .sampling = false, .prefill = false, .system_messages = false, .budget_thinking = false};

Model with_system(Model model) {
  model.system_messages = true;
  return model;
}

Model without_forced_tools(Model model) {
  model.forced_tools = false;
  return model;
}

}  // namespace

Model model_of(std::string_view name) noexcept {
  if (!name.starts_with("claude-")) return {};
  if (has(name, "-4-5") || has(name, "claude-3") || has(name, "-4-0") || has(name, "-4-1") ||
      has(name, "-4-20"))
    return before_4_6;
  if (has(name, "-4-6")) return of_4_6;
  if (has(name, "opus-4-8")) return with_system(newest);
  if (has(name, "-5-1") || has(name, "opus-5-5") || has(name, "sonnet-5-5"))
    return without_forced_tools(newest);
  return newest;
}

}  // namespace llmgw::mock::anthropic
