// SPDX-License-Identifier: MIT
// The client's own goes first, as long as the server takes it.
#include "proxy/provider/gemini/call_signature.hpp"

#include "proxy/provider/chat/json_items.hpp"
#include "proxy/provider/gemini/json_out.hpp"
#include "proxy/provider/gemini/thought_signature.hpp"

namespace llmgw::proxy::gemini {
namespace {

std::optional<std::string> signature_of(const chat::ChatCall& call,
                                        const TenantSignatures& signatures) {
  auto own = thought_signature_of(call);
  if (own || signatures.memory == nullptr) return own;
  const std::string_view kept = signatures.find(chat::decoded(call.id));
  if (kept.empty() || !is_thought_signature(kept)) return std::nullopt;
  return std::string(kept);
}

}  // namespace

// Those that the server has refused once are all left out, as it does not say which one it means.
void append_call_signature(const chat::ChatCall& call, bool is_first_of_step,
                           const GeminiRequestTerms& terms, std::string& out) {
  const bool is_refused = terms.target.lesson.has_value();
  const auto signature = signature_of(call, terms.target.signatures);
  if (signature && !is_refused) {
    terms.made.may_have_stand_in = true;
    return append_text_member("thoughtSignature", *signature, out);
  }
  if (signature) terms.losses.drop("thought_signature");
  if (!is_first_of_step) return;
  if (!is_refused && !terms.traits.needs_signatures) {
    terms.made.may_have_stand_in = true;
    return;
  }
  terms.made.has_stand_in = true;
  const bool is_plain = terms.target.learnt.has_plain_stand_in;
  append_text_member("thoughtSignature", is_plain ? plain_stand_in : stand_in_signature, out);
  terms.losses.drop("thought_signature");
}

}  // namespace llmgw::proxy::gemini
