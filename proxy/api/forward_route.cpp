// SPDX-License-Identifier: MIT
// Which target is asked, and which one next.
#include <algorithm>

#include "proxy/api/forward_exchange.hpp"
#include "proxy/provider/model_place.hpp"
#include "proxy/route/affinity.hpp"
#include "proxy/route/native_path.hpp"
#include "proxy/upstream/cause.hpp"

namespace llmgw::proxy {
namespace {

using Clock = Route::Clock;

const GatewayError& error_of(RouteFault fault) noexcept {
  switch (fault) {
    case RouteFault::unknown_provider: return gateway_error::unknown_provider;
    case RouteFault::denied: return gateway_error::provider_not_allowed;
    default: return gateway_error::model_not_found;
  }
}

}  // namespace

bool Forward::goes_by_model() const noexcept {
  return upstreams_->table().asks_for_model() || checks_model_;
}

// What routing goes by may lie anywhere in the body. What came whole with its head was looked at as
// it came, and lies where it is until something has to wait.
bool Forward::has_more_to_read() const noexcept {
  if (limited_ != nullptr && has_more_to_admit()) return true;
  if (!goes_by_model() || exchange_.body().framing().kind == http::Framing::Kind::none)
    return false;
  return !request_.is_complete() || checks_model_ ||
         is_form_data(exchange_.head().value(http::FieldId::content_type));
}

Task<const GatewayError*> Forward::read_to_route() {
  const bool is_form = is_form_data(exchange_.head().value(http::FieldId::content_type));
  if (request_.held() == nullptr) request_.hold();
  if (!request_.is_complete()) {
    errc fault = errc::ok;
    if (goes_by_model()) {
      fault = co_await request_.read_rest();
    } else {
      fault = co_await read_to_admit();
    }
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
  if (checks_model_) {
    if (const GatewayError* const refusal = check_model()) return refusal;
  }
  if (!upstreams_->table().asks_for_model()) {
    candidate_ = &upstreams_->table().only();
    return limited_ == nullptr ? nullptr : admit_body();
  }
  routed_ = std::make_unique<Routed>();
  if (request_.is_client_gone()) return &gateway_error::malformed_request;
  if (request_.facts().names_several_models) return &gateway_error::ambiguous_model;
  // Of a longer name only the begin is known, which could be another model's.
  if (request_.facts().model.is_cut()) return &gateway_error::model_not_found;
  const http::RequestHead& head = exchange_.head();
  const NativePath path = classify(head);
  note_path(path);
  const RouteQuery query{head, head.path(), call_.tenant(), request_.facts().model.view()};
  auto found = upstreams_->table().find(query);
  if (const RouteFault* fault = std::get_if<RouteFault>(&found)) return &error_of(*fault);
  routed_->route = std::move(std::get<Route>(found));
  if (const GatewayError* const refusal = leave_out_foreign(query, path.dialect)) return refusal;
  return limited_ == nullptr ? nullptr : admit_body();
}

const GatewayError* Forward::take_target() {
  if (routed_ == nullptr) return nullptr;
  if (routed_->route.prefers_native())
    routed_->route.put_behind(upstreams_->translating(exchange_.head()));
  if (routed_->route.has_affinity() &&
      exchange_.body().framing().kind != http::Framing::Kind::none) {
    if (request_.held() == nullptr) request_.hold();
    routed_->route.begin_at(affinity_of(call_.tenant(), request_.held()->body()));
  }
  const auto now = routed_->attempt_begun_at = Clock::now();
  routed_->choice = routed_->route.take(now);
  candidate_ = routed_->choice.candidate;
  return candidate_ != nullptr ? limit_total() : refuse_all(now);
}

// What the path tells goes before what the body says.
void Forward::note_path(const NativePath& path) {
  routed_->is_model_in_path = !path.model.empty();
  routed_->is_translatable = is_translatable(exchange_.head());
  if (routed_->is_model_in_path) request_tap_.note_model(path.model);
  if (path.is_stream) call_.note_stream(true);
}

// Targets that have nothing for this path. What nobody decided on goes to whoever has.
const GatewayError* Forward::leave_out_foreign(const RouteQuery& query, ClientDialect dialect) {
  const std::vector<bool> foreign =
      upstreams_->without(exchange_.head(), dialect, routed_->is_translatable);
  if (foreign.empty()) return nullptr;
  routed_->route.leave_out(foreign);
  if (routed_->route.has_any()) return nullptr;
  const auto native = std::find(foreign.begin(), foreign.end(), false);
  if (routed_->route.reason() != RouteReason::fallback || native == foreign.end())
    return &gateway_error::unsupported_endpoint;
  auto found = upstreams_->table().find(query, static_cast<std::size_t>(native - foreign.begin()));
  if (const RouteFault* fault = std::get_if<RouteFault>(&found)) return &error_of(*fault);
  routed_->route = std::move(std::get<Route>(found));
  return nullptr;
}

// Nothing of it is free.
const GatewayError* Forward::refuse_all(Clock::time_point now) {
  answering_ = routed_->route.all().front().candidate->upstream;
  const Route::Wait wait = routed_->route.wait(now);
  routed_->refusal_wait = wait.until_free;
  return wait.is_limit ? &gateway_error::rate_limited : &gateway_error::no_target_available;
}

const GatewayError* Forward::limit_total() {
  const auto limit = upstreams_->total_limit(candidate_->upstream);
  if (limit > std::chrono::milliseconds(0)) {
    routed_->total = std::make_unique<Alarm>(context_.loop);
    routed_->total->set(limit, [this] {
      routed_->is_expired = true;
      if (routed_->waiting != nullptr) routed_->waiting->cancel();
      if (attempt_) attempt_->expire();
    });
  }
  return nullptr;
}

AttemptTerms Forward::attempt_terms() {
  AttemptTerms terms{.upstreams = *upstreams_,
                     .upstream = static_cast<std::uint32_t>(candidate_->upstream),
                     .key = static_cast<std::uint32_t>(candidate_->key)};
  if (routed_ == nullptr) return terms;
  routed_->options = attempt_options();
  terms.options = &routed_->options;
  return terms;
}

AttemptOptions Forward::attempt_options() {
  AttemptOptions options{.translated = translation_target()};
  const std::string_view model = routed_->choice.model;
  const bool is_in_target = upstreams_->at(candidate_->upstream).names_model_in_target();
  if (!routed_->is_model_in_path && !is_in_target) {
    options.model = model;
  } else {
    const bool is_as_asked = model.empty() && !routed_->is_model_in_path;
    options.model_in_target = is_as_asked ? request_.facts().model.view() : model;
  }
  const Route& route = routed_->route;
  if (!route.may_repeat() || !request_.is_complete() || !route.may_go_on()) return options;
  const RetrySettings& retry = route.retry();
  if (route.has_more(routed_->attempt_begun_at)) options.causes = retry.causes;
  if (!routed_->has_waited && retry.causes.contains(Cause::rate_limit))
    options.wait_max = retry.wait_max;
  options.keeps_request = true;
  return options;
}

// A lone target that says when it will be free again is waited for, once.
bool Forward::may_wait(const AttemptEnd& end) {
  note_attempt(end);
  const auto& most = routed_->options.wait_max;
  return end.verdict == Verdict::next && end.cause == Cause::rate_limit && end.wait && most &&
         *end.wait <= *most && !routed_->route.has_more(Clock::now());
}

Task<void> Forward::wait(std::chrono::nanoseconds duration) {
  Timer timer(context_.loop);
  keep_answer();
  routed_->has_waited = true;
  request_.watch_client_now();
  routed_->waiting = &timer;
  (void)co_await timer.wait(std::chrono::ceil<std::chrono::milliseconds>(duration));
  routed_->waiting = nullptr;
}

bool Forward::goes_on_behind(const AttemptEnd& end) {
  if (routed_ != nullptr) routed_->attempt_begun_at = Clock::now();
  if (end.verdict == Verdict::as_meant) return !request_.is_client_gone();
  if (end.verdict == Verdict::as_learnt) return takes_lesson();
  if (end.verdict != Verdict::next || routed_ == nullptr) return false;
  if (request_.is_client_gone() || routed_->is_expired) return false;
  keep_answer();
  if (end.cause == Cause::unsent && !routed_->route.retry().causes.contains(Cause::unsent))
    return false;
  const Candidate* const last = candidate_;
  auto next = routed_->route.take(routed_->attempt_begun_at);
  if (next.candidate == nullptr && (!routed_->has_waited || !routed_->route.may_go_on()))
    return false;
  if (next.candidate == nullptr) {
    routed_->route.count_again();
    return true;  // the same one, whose wait is over
  }
  routed_->choice = next;
  if (routed_->translating != nullptr) routed_->translating->lesson.reset();
  candidate_ = next.candidate;
  if (last->counts != nullptr) last->counts->left[static_cast<std::size_t>(end.cause)].add();
  return true;
}

// The client gets the answer of the first target that gave one, should all fail.
void Forward::keep_answer() {
  auto answer = attempt_->take_answer();
  if (routed_->kept != nullptr || answer == nullptr) return;
  if (!answer->is_complete() && attempt_->error() == nullptr) return;
  if (routed_->attempts.back().status == key_refused) return;
  routed_->kept = std::move(answer);
  if (attempt_->error() != nullptr) {
    routed_->translating->kept_error = *attempt_->error();
    note_dropped();
  }
  routed_->kept_upstream = candidate_->upstream;
  routed_->kept_attempt = routed_->attempts.size() - 1;
}

// An answer that is no better than the one kept makes way for it; that the gateway's own key was
// refused is nothing that a client could mend.
bool Forward::is_best(const AttemptEnd& end) {
  const bool is_failure = end.cause != Cause::none;
  if (is_failure && routed_->kept != nullptr) return leave_answer();
  if (is_failure && routed_->attempts.back().status == key_refused) return leave_answer();
  return true;
}

bool Forward::leave_answer() {
  attempt_->leave();
  return false;
}

void Forward::note_attempt(const AttemptEnd& end) {
  const Candidate& candidate = *candidate_;
  const bool is_asked = attempt_->refusal() == nullptr && end.verdict != Verdict::as_meant;
  if (candidate.cooling == nullptr || !is_asked) return;
  const auto now = Clock::now();
  note_limits(end, now);
  routed_->attempts.push_back(
      {candidate.name, end.status, cause_word(end.cause), now - routed_->attempt_begun_at});
  if (candidate.counts != nullptr)
    candidate.counts->attempts[static_cast<std::size_t>(end.cause)].add();
  // A client that left, or a limit of our own, says nothing of the target; what it has to be asked
  // otherwise, it has not answered yet.
  const bool is_ours =
      end.failure.fault == errc::overloaded || end.failure.side == Failure::Side::client;
  const bool is_over = end.verdict != Verdict::drop && end.verdict != Verdict::as_learnt;
  if (is_over && !is_ours)
    candidate.cooling->note(end.cause, end.wait, now, candidate.terms, routed_->choice.is_probe);
}

const Dialect& Forward::answering_dialect() const { return upstreams_->at(answering_).dialect(); }

void Forward::note_route(MeteringEvent& event) {
  event.is_routed = true;
  event.route = routed_->route.name();
  if (!routed_->attempts.empty())
    event.target =
        routed_
            ->attempts[routed_->is_replayed ? routed_->kept_attempt : routed_->attempts.size() - 1]
            .target;
  event.attempts = routed_->attempts;
  note_translation(event);
}

}  // namespace llmgw::proxy
