// SPDX-License-Identifier: MIT
// The rule of what may be sent again.
#include "proxy/upstream/verdict.hpp"

namespace llmgw::proxy {

Verdict judge(const AttemptState& state) noexcept {
  if (!state.has_client) return Verdict::drop;
  // A refusal of the request as a whole: the upstream says so itself.
  if (state.is_answered && state.refused != Refused::nothing)
    return state.refused == Refused::edit ? Verdict::as_meant : Verdict::as_learnt;
  if (state.is_answered) return state.may_repeat ? Verdict::next : Verdict::pass_on;
  if (state.failure.side == Failure::Side::client) return Verdict::fail;
  // Only what surely never reached an upstream can not have been processed by it (RFC 9110 section
  // 9.2.2).
  return state.is_sent && !state.may_repeat ? Verdict::fail : Verdict::next;
}

}  // namespace llmgw::proxy
