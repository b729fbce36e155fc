// SPDX-License-Identifier: MIT
// What the answers of routed exchanges say beside what is relayed: limits in their heads, and what
// translation found in them.
#include "proxy/api/forward_exchange.hpp"

namespace llmgw::proxy {
namespace {

RateLimits limits_in(const http::Head& head, const Dialect& dialect) {
  if (dialect.limits == nullptr) return {};
  return dialect.limits(head, std::chrono::system_clock::now());
}

}  // namespace

// The head lies in the workspace, until the first suspension.
void Forward::note_upstream_head(std::size_t upstream) {
  const http::ResponseHead& head = context_.workspace.answer;
  routed_->translating->upstream_head =
      chat_answer::read_upstream_head(head, limits_in(head, upstreams_->at(upstream).dialect()));
}

// Of an answer that makes way for another the head is kept. When limits are reset is of no interest
// here, and a clock costs more than all else of it.
void Forward::note_limits(const AttemptEnd& end, Call::Clock::time_point now) {
  Upstream& upstream = attempt_->upstream();
  if (end.status == 0 || upstream.dialect().limits == nullptr) return;
  Workspace& workspace = context_.workspace;
  const bool is_held = end.verdict == Verdict::next && attempt_->held_answer() != nullptr;
  if (is_held) {
    workspace.answer = http::parse_response_head(attempt_->held_answer()->head(),
                                                 workspace.response_fields, request_.is_head())
                           .value();
  } else if (end.verdict != Verdict::pass_on) {
    return;
  }
  upstream.counts().note_limits(upstream.dialect().limits(workspace.answer, {}), now);
}

void Forward::note_answer_facts(const AnswerFacts& facts) {
  routed_->translating->facts = facts;
  attempt_->upstream().counts().note_skipped(facts.skipped);
}

// A dialect with words of its own is one that is translated.
void Forward::note_translation(MeteringEvent& event) {
  if (response_tap_.has_sums()) event.usage_source = UsageSource::upstream_iterations;
  if (!routed_->is_translated) {
    if (answering_dialect().translation != nullptr)
      event.native_finish_reason = event.finish_reason;
    return;
  }
  Translating& translating = *routed_->translating;
  const AnswerFacts& facts = translating.facts;
  if (!facts.native_finish_reason.empty()) {
    event.native_finish_reason = facts.native_finish_reason.view();
    event.finish_reason = facts.finish_reason;
  }
  const TranslatedRequest* const request = attempt_ ? attempt_->translated() : nullptr;
  translating.event_facts = {.dialect = answering_dialect().name,
                             .dropped_params = translating.dropped,
                             .is_max_tokens_defaulted = facts.is_at_max_tokens &&
                                                        request != nullptr &&
                                                        request->is_max_tokens_defaulted,
                             .server_tool_requests = facts.server_tool_requests};
  event.translation = &translating.event_facts;
}

}  // namespace llmgw::proxy
