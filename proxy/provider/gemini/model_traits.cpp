// SPDX-License-Identifier: MIT
// A version is the first number of a name, as in gemini-3.5-flash-lite.
#include "proxy/provider/gemini/model_traits.hpp"

#include <compare>

namespace llmgw::proxy::gemini {
namespace {

struct Version {
  unsigned major = 0;  // 0: none
  unsigned minor = 0;
  auto operator<=>(const Version&) const = default;
};

// Up to three digits off the front of `text`.
unsigned take_number(std::string_view& text) noexcept {
  unsigned number = 0;
  for (int digits = 0; digits < 3 && !text.empty(); ++digits) {
    const char c = text.front();
    if (c < '0' || c > '9') break;
    number = number * 10 + static_cast<unsigned>(c - '0');
    text.remove_prefix(1);
  }
  return number;
}

Version version_of(std::string_view name) noexcept {
  Version version{.major = take_number(name)};
  if (version.major == 0 || !name.starts_with('.')) return version;
  name.remove_prefix(1);
  version.minor = take_number(name);
  return version;
}

bool ignores_sampling(Version version, bool is_flash_lite) noexcept {
  return version >= Version{3, 6} || (is_flash_lite && version >= Version{3, 5});
}

}  // namespace

GeminiTraits gemini_traits(std::string_view model) noexcept {
  constexpr std::string_view folder = "models/";
  constexpr std::string_view family = "gemini-";
  if (model.starts_with(folder)) model.remove_prefix(folder.size());
  const GeminiTraits first{
      .reasoning = ReasoningForm::budget, .has_penalties = true, .needs_signatures = false};
  if (!model.starts_with(family)) return first;
  const Version version = version_of(model.substr(family.size()));
  if (version.major == 1 || version.major == 2) return first;
  const bool is_flash = model.find("flash") != model.npos;
  const bool is_flash_lite = model.find("flash-lite") != model.npos;
  return {.has_sampling = !ignores_sampling(version, is_flash_lite),
          .has_minimal = is_flash && model.find("image") == model.npos};
}

GeminiTraits gemini_traits(const TranslationTarget& target) noexcept {
  GeminiTraits traits = gemini_traits(target.model);
  if (target.facts.thinks == std::optional(false)) traits.reasoning = ReasoningForm::off;
  traits.reasoning = target.reasoning.value_or(traits.reasoning);
  traits.has_sampling = target.has_sampling.value_or(traits.has_sampling);
  return traits;
}

}  // namespace llmgw::proxy::gemini
