// SPDX-License-Identifier: MIT
// What is told of exchanges beside their course: limits in the heads of routed answers, what
// translation found in them, and what their tokens cost.
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

// By the prices that it was admitted with. Without tokens there is nothing that could have a price.
void Forward::note_cost(MeteringEvent& event) {
  const pricing::Prices& prices = *upstreams_->prices();
  const pricing::ProviderNames provider{upstreams_->at(answering_).name(), event.provider};
  const pricing::Cost cost =
      pricing::cost_of(prices, {.tenant = event.tenant,
                                .provider = provider,
                                .model = event.model,
                                .request_model = event.request_model,
                                .tokens = event.tokens,
                                .service_tier = event.service_tier,
                                .day = std::chrono::floor<std::chrono::days>(event.ts)});
  event.has_cost = true;
  event.cost_nano_usd = cost.nano_usd;
  event.is_cost_assumed = cost.nano_usd && cost.is_assumed;
  event.price_id = prices.id();
  if (event.usage_source != UsageSource::missing)
    context_.counts.costs.note(event.tenant, event.model, cost.nano_usd);
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
