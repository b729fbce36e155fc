// SPDX-License-Identifier: MIT
// Tokens that nobody reported: what is told of them, and who counts them.
#include <algorithm>
#include <array>

#include "proxy/api/forward_exchange.hpp"

namespace llmgw::proxy {
namespace {

// Endpoints whose answers are paid for by the token.
bool is_counted_endpoint(std::string_view path) noexcept {
  constexpr std::array<std::string_view, 6> ends{"/completions",     "/responses",
                                                 "/embeddings",      "/messages",
                                                 ":generateContent", ":streamGenerateContent"};
  return std::any_of(ends.begin(), ends.end(), [path](std::string_view end) {
    return path.ends_with(end.back()) && path.ends_with(end);
  });
}

}  // namespace

void Forward::hold_texts() {
  const http::RequestHead& head = exchange_.head();
  if (head.method == "POST" && is_counted_endpoint(head.path()))
    request_tap_.keep_text(context_.desk->hold());
}

// Whether tokens may have been made: the upstream answered well, or the client left before an
// answer to a request that was there whole.
bool Forward::may_have_tokens(const MeteringEvent& event) const noexcept {
  if (event.status_code >= 200 && event.status_code < 300) return true;
  return event.outcome == Outcome::client_aborted && event.status_code == 0 && attempt_ &&
         attempt_->refusal() == nullptr && exchange_.body().is_complete();
}

// Of an event that is not handed over `event.estimate` is good until the next one.
bool Forward::settle_usage(MeteringEvent& event) {
  EstimateDesk& desk = *context_.desk;
  HeldTexts* const texts = request_tap_.texts();
  const bool is_reported_so_far = is_reported(event.usage_source);
  const bool is_broken_off = event.outcome != Outcome::completed;
  const bool is_whole =
      is_reported_so_far && (!is_broken_off || is_usage_drained_ || !event.finish_reason.empty());
  if (is_whole) {
    desk.note_usage(event, texts);
    return true;
  }
  if (is_reported_so_far) event.usage_source = UsageSource::partial;
  if (event.request_model.empty() || !is_counted_endpoint(event.endpoint)) return true;
  if (!is_reported_so_far && !may_have_tokens(event)) {
    static constexpr EstimateFacts nothing{.billing = Billing::none};
    event.estimate = &nothing;
    return true;
  }
  const bool is_waived =
      event.outcome == Outcome::client_aborted && abort_billing() == quota::AbortBilling::waive;
  const EstimateDesk::Ending ending{.target_model = candidate_ == nullptr
                                                        ? std::string_view()
                                                        : std::string_view(candidate_->model),
                                    .billing = is_waived ? Billing::waived : Billing::estimate,
                                    .is_broken_off = is_broken_off,
                                    .has_answer = response_tap_.bytes() > 0,
                                    .is_request_whole = exchange_.body().is_complete()};
  return desk.settle(event, texts, ending, context_.event_out);
}

}  // namespace llmgw::proxy
