// SPDX-License-Identifier: MIT
// The life of one exchange, read top to bottom, and its steps but for the answer's way down
// (forward_response.cpp).
#include "proxy/api/forward.hpp"

#include "proxy/api/failure_log.hpp"
#include "proxy/api/fingerprint.hpp"
#include "proxy/api/forward_exchange.hpp"

namespace llmgw::proxy {

Task<void> forward(Context& context, http::Exchange& exchange) {
  Forward self(context, exchange);
  const GatewayError* refusal = self.admit();
  if (self.lacks_units()) refusal = co_await self.wait_for_units();
  if (refusal == nullptr && self.has_more_to_read()) refusal = co_await self.read_to_route();
  if (refusal == nullptr) refusal = self.find_route();
  if (self.lacks_units()) refusal = co_await self.wait_for_units();
  if (refusal == nullptr) refusal = self.take_target();
  if (refusal != nullptr) co_return co_await self.refuse(*refusal);

  AttemptEnd end;
  do {
    end = co_await self.next_attempt(end.verdict).run();
    if (self.has_to_wait(end)) co_await self.wait(*end.wait);
  } while (self.goes_on(end));

  if (self.is_passed_on(end)) co_await self.relay();
  if (self.is_sending()) co_await self.end_sending();
  if (self.owes_answer()) co_await self.answer(end);
  self.emit();
}

Forward::Forward(Context& context, http::Exchange& exchange)
    : context_(context),
      exchange_(exchange),
      upstreams_(context.upstreams),
      callers_(context.callers),
      error_form_(error_form(exchange.head(), context.upstreams->table().asks_for_model())),
      call_(exchange.head(),
            request_id_text(context.request_ids.next(std::chrono::system_clock::now())),
            fingerprint, exchange.begun_at()),
      request_tap_(context, context.upstreams->table().asks_for_model()),
      response_tap_(context, call_),
      request_(exchange, {request_tap_, request_tap_.scanner()}, *this,
               context.config.max_request_body, context.workspace) {
  context_.counts.open_requests.add();
  context_.open_exchanges.add(*this);
  if (context_.desk != nullptr) hold_texts();
}

Forward::~Forward() {
  exchange_.client().watch(nullptr);
  context_.counts.open_requests.subtract();
}

const GatewayError* Forward::admit() {
  exchange_.client().tell(this);
  if (callers_ != nullptr) {
    if (const GatewayError* const refusal = admit_caller()) return refusal;
  }
  const errc fault = request_.take_arrived();
  if (fault != errc::ok) return &error_of_client(fault);
  return context_.limits.callers == nullptr ? nullptr : admit_head();
}

Attempt& Forward::next_attempt(Verdict last) {
  const bool is_as_meant = last == Verdict::as_meant;
  answering_ = candidate_->upstream;
  if (limited_ != nullptr) note_sent();
  return attempt_.emplace(attempt_terms(), request_,
                          is_as_meant ? Attempt::Form::as_meant : Attempt::Form::may_be_edited);
}

bool Forward::owes_answer() const noexcept {
  return !request_.is_client_gone() && !exchange_.is_response_started();
}

// An answer that was kept comes first, then what went wrong with the client's request, then what
// came of it upstream.
Task<void> Forward::answer(const AttemptEnd& end) {
  exchange_.client().watch(nullptr);
  if (attempt_->refusal() != nullptr) co_return co_await reply_refusal(*attempt_->refusal());
  const bool has_kept = routed_ != nullptr && routed_->kept != nullptr;
  if (has_kept && attempt_->pump_fault() == errc::ok) co_return co_await replay();
  Failure failure = end.failure;
  if (attempt_->pump_fault() != errc::ok) failure = {Failure::Side::client, attempt_->pump_fault()};
  const bool is_key = failure.fault == errc::ok && end.cause == Cause::key;
  co_await reply_failure(failure, is_key ? gateway_error::upstream_auth_failed : error_of(failure));
}

Task<void> Forward::reply_failure(const Failure& failure, const GatewayError& error) {
  outcome_ = error.outcome;
  call_.note_status(error.status);
  log_failure(context_, exchange_, call_.request_id(), error, reason_of(failure),
              attempt_->upstream().authority());
  std::vector<http::OutField> more;
  show_limits(more);
  const ErrorTerms terms{.request_id = call_.request_id(),
                         .form = error_form_,
                         .wait = {},
                         .message = {},
                         .fields = more};
  const Result<void> sent = co_await reply_error(exchange_, error, terms);
  if (sent.has_error()) outcome_ = Outcome::client_aborted;
}

Task<void> Forward::refuse(const GatewayError& error) {
  const bool is_of_model = &error == &gateway_error::model_not_allowed;
  const std::string message = is_of_model ? refused_model() : std::string();
  if (request_.may_be_forgotten()) co_await request_.forget();
  exchange_.client().watch(nullptr);
  log_failure(context_, exchange_, call_.request_id(), error, error.message, {});
  std::optional<std::chrono::nanoseconds> wait;
  if (routed_ != nullptr) wait = routed_->refusal_wait;
  std::vector<http::OutField> more;
  if (limited_ != nullptr) more.reserve(quota::RateFields::most_fields + 1);
  show_limits(more);
  if (limited_ != nullptr && limited_->error != nullptr) {
    wait = limited_->error->wait();
    limited_->error->append_fields(more);
  }
  const ErrorTerms terms{.request_id = call_.request_id(),
                         .form = error_form_,
                         .wait = wait,
                         .message = message,
                         .fields = more};
  const Result<void> sent = co_await reply_error(exchange_, error, terms);
  if (error.outcome != Outcome::refused) co_return;
  call_.note_status(sent.has_error() ? 0 : error.status);
  outcome_ = Outcome::refused;
  emit();
}

void Forward::emit() {
  context_.outbox.prefetch();
  exchange_.client().watch(nullptr);
  if (request_.is_client_gone())
    outcome_ = has_left_at_end_ ? Outcome::completed : Outcome::client_aborted;
  const auto now = Call::Clock::now();
  const auto wall_clock = std::chrono::system_clock::now();
  const RequestFacts& asked = request_.facts();
  if (asked.stream.value_or(false)) call_.note_stream(true);
  call_.note_request_bytes(exchange_.body().payload_bytes());
  call_.note_response_bytes(response_tap_.bytes());
  const ResponseFacts facts = response_tap_.finish();
  const IdText event_id = uuid_text(context_.event_ids.next(wall_clock));
  const Dialect& dialect = answering_dialect();
  MeteringEvent event =
      call_.finish(outcome_, now, wall_clock, dialect.name, asked.model.view(), facts, event_id);
  if (routed_ != nullptr) note_route(event);
  if (callers_ != nullptr) {
    event.is_keyed = true;
    if (key_ != nullptr) {
      event.key_id = key_->id;
      const auto second = std::chrono::floor<std::chrono::seconds>(wall_clock);
      if (identity_ == nullptr) callers_->keys().note_use(*key_, second);
    }
  }
  if (upstreams_->prices() != nullptr) note_cost(event);
  if (limited_ != nullptr) {
    settle(facts, event.cost_nano_usd);
    event.is_limited = true;
    event.limited_by = limited_->reservation.limited_by();
  }
  DigestText request_digest;
  DigestText response_digest;
  if (context_.digest_key != nullptr) {
    // Of a body that is not whole there is none: it would tell nothing.
    if (exchange_.body().is_complete()) request_digest = request_tap_.digest();
    if (outcome_ == Outcome::completed && !has_left_at_end_)
      response_digest = response_tap_.digest();
    event.has_digests = true;
    event.request_digest = request_digest.view();
    event.response_digest = response_digest.view();
  }
  if (is_usage_drained_) event.usage_source = UsageSource::drained;
  const bool is_complete = context_.desk == nullptr || settle_usage(event);
  if (is_complete) {
    const std::size_t size = encode(event, context_.event_out);
    context_.outbox.push({context_.event_out.data(), size});
  }
  context_.counts.note(event, dialect.number);
}

bool Forward::is_limited() const noexcept {
  return (attempt_ && attempt_->is_limited()) || exchange_.client().is_limited() ||
         is_awaiting_usage_ || (routed_ != nullptr && routed_->waiting != nullptr) ||
         (limited_ != nullptr && limited_->waiting != nullptr);
}

void Forward::abandon() {
  request_.note_client_gone();
  if (attempt_) emit();
  if (limited_ != nullptr && limited_->waiting != nullptr)
    context_.unit_waits->abandon(*limited_->waiting);
  limited_.reset();
}

// What was observed is on its way, unless there was no room for it.
void Forward::peer_closed() noexcept {
  has_left_at_end_ |= response_tap_.is_ended() && !exchange_.client().is_writing();
  request_.note_client_gone();
  if (limited_ != nullptr && limited_->waiting != nullptr)
    return context_.unit_waits->cancel(*limited_->waiting);
  if (routed_ != nullptr && routed_->waiting != nullptr) return routed_->waiting->cancel();
  if (!attempt_) return;
  if (!may_await_usage() && !may_drain()) return attempt_->leave();
  // Whatever the relay waits for, a piece or room for it, ends; see read_on().
  exchange_.client().close();
  attempt_->stream().interrupt_read();
}

}  // namespace llmgw::proxy
