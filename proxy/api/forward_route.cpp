// SPDX-License-Identifier: MIT
// Which target is asked, and which one next.
#include <algorithm>

#include "proxy/api/forward_exchange.hpp"
#include "proxy/provider/model_place.hpp"
#include "proxy/route/affinity.hpp"
#include "proxy/route/native_path.hpp"

namespace llmgw::proxy {
namespace {

using Clock = Route::Clock;

constexpr int key_refused = 401;

const GatewayError& error_of(RouteFault fault) noexcept {
  switch (fault) {
    case RouteFault::unknown_provider: return gateway_error::unknown_provider;
    case RouteFault::denied: return gateway_error::provider_not_allowed;
    default: return gateway_error::model_not_found;
  }
}

}  // namespace

// What routing goes by may lie anywhere in the body, and what may have to be sent again is kept.
bool Forward::has_more_to_read() const noexcept {
  return upstreams_->table().asks_for_model() &&
         exchange_.body().framing().kind != http::Framing::Kind::none;
}

Task<const GatewayError*> Forward::read_to_route() {
  const bool is_form = is_form_data(exchange_.head().value(http::FieldId::content_type));
  request_.hold(context_.workspace.bytes_to_edit);
  if (!request_.is_complete()) {
    const errc fault = co_await request_.read_rest();
    if (fault != errc::ok) co_return &error_of_client(fault);
  }
  if (is_form && request_.is_complete()) {
    const auto place = place_of_model(request_.held()->body(),
                                      exchange_.head().value(http::FieldId::content_type));
    if (place) request_tap_.note_model(place->text);
  }
  co_return nullptr;
}

const GatewayError* Forward::find_route() {
  if (request_.is_client_gone()) return &gateway_error::malformed_request;
  if (request_.facts().names_several_models) return &gateway_error::ambiguous_model;
  // Of a longer name only the begin is known, which could be another model's.
  const bool is_routed = upstreams_->table().asks_for_model();
  if (is_routed && request_.facts().model.is_cut()) return &gateway_error::model_not_found;
  const http::RequestHead& head = exchange_.head();
  if (is_routed) note_path(classify(head));
  const RouteQuery query{head, head.path(), call_.tenant(), request_.facts().model.view()};
  auto found = upstreams_->table().find(query);
  if (const RouteFault* fault = std::get_if<RouteFault>(&found)) return &error_of(*fault);
  route_ = std::move(std::get<Route>(found));
  if (!is_routed) {
    choice_ = route_.take({});
    return nullptr;
  }
  if (const GatewayError* const refusal = leave_out_foreign(query)) return refusal;
  if (route_.has_affinity() && request_.held() != nullptr)
    route_.begin_at(affinity_of(call_.tenant(), request_.held()->body()));
  const auto now = Clock::now();
  choice_ = route_.take(now);
  return choice_.candidate != nullptr ? limit_total() : refuse_all(now);
}

// What the path tells goes before what the body says.
void Forward::note_path(const NativePath& path) {
  is_model_in_path_ = !path.model.empty();
  is_translatable_ = is_translatable(exchange_.head());
  if (is_model_in_path_) request_tap_.note_model(path.model);
  if (path.is_stream) call_.note_stream(true);
}

// Targets that have nothing for this path. What nobody decided on goes to whoever has.
const GatewayError* Forward::leave_out_foreign(const RouteQuery& query) {
  const std::vector<bool> foreign = upstreams_->without(exchange_.head());
  if (foreign.empty()) return nullptr;
  route_.leave_out(foreign);
  if (route_.has_any()) return nullptr;
  const auto native = std::find(foreign.begin(), foreign.end(), false);
  if (route_.reason() != RouteReason::fallback || native == foreign.end())
    return &gateway_error::unsupported_endpoint;
  auto found = upstreams_->table().find(query, static_cast<std::size_t>(native - foreign.begin()));
  if (const RouteFault* fault = std::get_if<RouteFault>(&found)) return &error_of(*fault);
  route_ = std::move(std::get<Route>(found));
  return nullptr;
}

// Nothing of it is free.
const GatewayError* Forward::refuse_all(Clock::time_point now) {
  answering_ = route_.all().front().candidate->upstream;
  const Route::Wait wait = route_.wait(now);
  refusal_wait_ = wait.until_free;
  return wait.is_limit ? &gateway_error::rate_limited : &gateway_error::no_target_available;
}

const GatewayError* Forward::limit_total() {
  const auto limit = upstreams_->total_limit(choice_.candidate->upstream);
  if (limit > std::chrono::milliseconds(0)) {
    total_ = std::make_unique<Alarm>(context_.loop);
    total_->set(limit, [this] {
      is_expired_ = true;
      if (waiting_ != nullptr) waiting_->cancel();
      if (attempt_) attempt_->expire();
    });
  }
  return nullptr;
}

AttemptTerms Forward::attempt_terms() {
  const Candidate& candidate = *choice_.candidate;
  AttemptTerms terms{
      .upstreams = *upstreams_, .upstream = candidate.upstream, .key = candidate.key};
  terms.translated = translation_target();
  const bool is_in_target = upstreams_->at(candidate.upstream).names_model_in_target();
  if (is_model_in_path_ || is_in_target) {
    terms.model_in_target = choice_.model;
    if (choice_.model.empty() && !is_model_in_path_)
      terms.model_in_target = request_.facts().model.view();
  } else {
    terms.model = choice_.model;
  }
  if (!route_.may_repeat() || !request_.is_complete() || !route_.may_go_on()) return terms;
  const RetrySettings& retry = route_.retry();
  if (route_.has_more(Clock::now())) terms.causes = retry.causes;
  if (!has_waited_ && retry.causes.contains(Cause::rate_limit)) terms.wait_max = retry.wait_max;
  terms.keeps_request = true;
  return terms;
}

// A lone target that says when it will be free again is waited for, once.
bool Forward::has_to_wait(const AttemptEnd& end) {
  note_attempt(end);
  const auto& most = attempt_->terms().wait_max;
  return end.verdict == Verdict::next && end.cause == Cause::rate_limit && end.wait && most &&
         *end.wait <= *most && !route_.has_more(Clock::now());
}

Task<void> Forward::wait(std::chrono::nanoseconds duration) {
  Timer timer(context_.loop);
  keep_answer();
  has_waited_ = true;
  request_.watch_client_now();
  waiting_ = &timer;
  (void)co_await timer.wait(std::chrono::ceil<std::chrono::milliseconds>(duration));
  waiting_ = nullptr;
}

bool Forward::goes_on(const AttemptEnd& end) {
  if (request_.is_client_gone() || is_expired_) return false;
  if (end.verdict == Verdict::as_meant) return true;
  if (end.verdict != Verdict::next) return false;
  keep_answer();
  if (end.cause == Cause::unsent && !route_.retry().causes.contains(Cause::unsent)) return false;
  const Candidate* const last = choice_.candidate;
  auto next = route_.take(Clock::now());
  if (next.candidate == nullptr && (!has_waited_ || !route_.may_go_on())) return false;
  if (next.candidate == nullptr) {
    route_.count_again();
    return true;  // the same one, whose wait is over
  }
  choice_ = next;
  if (last->counts != nullptr) last->counts->left[static_cast<std::size_t>(end.cause)].add();
  return true;
}

// The client gets the answer of the first target that gave one, should all fail.
void Forward::keep_answer() {
  auto answer = attempt_->take_answer();
  if (kept_ != nullptr || answer == nullptr) return;
  if (!answer->is_complete() && !attempt_->error()) return;
  if (attempts_.back().status == key_refused) return;
  kept_ = std::move(answer);
  kept_error_ = attempt_->error();
  kept_upstream_ = choice_.candidate->upstream;
  kept_attempt_ = attempts_.size() - 1;
}

// An answer that is no better than the one kept makes way for it; that the gateway's own key was
// refused is nothing that a client could mend.
bool Forward::is_passed_on(const AttemptEnd& end) {
  if (end.verdict != Verdict::pass_on) return false;
  const bool is_failure = end.cause != Cause::none && upstreams_->table().asks_for_model();
  if (is_failure && kept_ != nullptr) return leave_answer();
  if (is_failure && attempts_.back().status == key_refused) return leave_answer();
  return true;
}

bool Forward::leave_answer() {
  attempt_->leave();
  return false;
}

void Forward::note_attempt(const AttemptEnd& end) {
  const Candidate& candidate = *choice_.candidate;
  const bool is_asked = attempt_->refusal() == nullptr && end.verdict != Verdict::as_meant;
  if (candidate.cooling == nullptr || !is_asked) return;
  const auto now = Clock::now();
  attempts_.push_back({candidate.name, end.status, cause_word(end.cause), now - attempt_begun_at_});
  if (candidate.counts != nullptr)
    candidate.counts->attempts[static_cast<std::size_t>(end.cause)].add();
  // A client that left, or a limit of our own, says nothing of the target.
  const bool is_ours =
      end.failure.fault == errc::overloaded || end.failure.side == Failure::Side::client;
  if (end.verdict != Verdict::drop && !is_ours)
    candidate.cooling->note(end.cause, end.wait, now, candidate.terms, choice_.is_probe);
}

const Dialect& Forward::answering_dialect() const { return upstreams_->at(answering_).dialect(); }

void Forward::note_route(MeteringEvent& event) const {
  event.is_routed = true;
  event.route = route_.name();
  if (!attempts_.empty())
    event.target = attempts_[is_replayed_ ? kept_attempt_ : attempts_.size() - 1].target;
  event.attempts = attempts_;
  event.dropped_params = dropped_;
  if (is_translated_) event.translated = answering_dialect().name;
}

}  // namespace llmgw::proxy
