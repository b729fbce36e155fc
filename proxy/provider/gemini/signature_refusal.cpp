// SPDX-License-Identifier: MIT
// Two steps, each taken once.
#include "proxy/provider/gemini/signature_refusal.hpp"

#include <algorithm>

#include "common/text/case_blind.hpp"

namespace llmgw::proxy::gemini {
namespace {

constexpr std::string_view first = "thought";
constexpr std::string_view second = "signature";

bool is_name(std::string_view text) noexcept {
  if (!starts_ignoring_case(text, first)) return false;
  text.remove_prefix(first.size());
  if (text.starts_with(' ') || text.starts_with('_')) text.remove_prefix(1);
  return starts_ignoring_case(text, second);
}

}  // namespace

bool names_thought_signature(std::string_view message) noexcept {
  for (std::size_t at = 0; at < message.size(); ++at) {
    if (is_name(message.substr(at))) return true;
  }
  return false;
}

std::optional<Lesson> lesson_of_signatures(const TranslationTarget& target,
                                           const TranslatedRequest& sent) noexcept {
  const bool was_plain = target.learnt.has_plain_stand_in;
  const Lesson stand_in{.kind = Lesson::Kind::thought_signature, .is_plain = was_plain};
  if (!target.lesson && sent.may_have_stand_in) return stand_in;
  if (!sent.has_stand_in || was_plain) return std::nullopt;
  return Lesson{.kind = Lesson::Kind::thought_signature, .is_plain = true};
}

}  // namespace llmgw::proxy::gemini
