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
  const GatewayError* const refusal = self.admit();
  if (refusal != nullptr) co_return co_await self.refuse(*refusal);

  AttemptEnd end;
  do {
    end = co_await self.next_attempt(end.verdict).run();
  } while (self.goes_on(end.verdict));

  if (end.verdict == Verdict::pass_on) co_await self.relay();
  if (self.is_sending()) co_await self.end_sending();
  if (self.owes_answer()) co_await self.answer(end.failure);
  self.emit();
}

Forward::Forward(Context& context, http::Exchange& exchange)
    : context_(context),
      exchange_(exchange),
      upstreams_(context.upstreams),
      call_(exchange.head(),
            request_id_text(context.request_ids.next(std::chrono::system_clock::now())),
            fingerprint, exchange.begun_at()),
      request_tap_(context),
      response_tap_(context, call_),
      request_(exchange, {request_tap_, request_tap_.scanner()}, *this,
               context.config.max_request_body, context.workspace) {
  context_.counts.open_requests.add();
  context_.open_exchanges.add(*this);
}

Forward::~Forward() {
  exchange_.client().watch(nullptr);
  context_.counts.open_requests.subtract();
}

const GatewayError* Forward::admit() {
  exchange_.client().tell(this);
  const auto route = upstreams_->table().find(exchange_.head());
  if (!route) return &gateway_error::unknown_provider;
  route_ = *route;
  const errc fault = request_.take_arrived();
  return fault == errc::ok ? nullptr : &error_of_client(fault);
}

Attempt& Forward::next_attempt(Verdict last) {
  if (last != Verdict::as_meant)
    return attempt_.emplace(upstreams_->at(route_.take()), request_, Attempt::Form::may_be_edited);
  Upstream& same = attempt_->upstream();
  return attempt_.emplace(same, request_, Attempt::Form::as_meant);
}

bool Forward::goes_on(Verdict last) const noexcept {
  return last == Verdict::as_meant || (last == Verdict::next && route_.has_more());
}

bool Forward::owes_answer() const noexcept {
  return !request_.is_client_gone() && !exchange_.is_response_started();
}

// What went wrong with the client's request comes before what came of it upstream.
Task<void> Forward::answer(Failure failure) {
  exchange_.client().watch(nullptr);
  if (attempt_->pump_fault() != errc::ok) failure = {Failure::Side::client, attempt_->pump_fault()};
  const GatewayError& error = error_of(failure);
  outcome_ = error.outcome;
  call_.note_status(error.status);
  log_failure(context_, exchange_, call_.request_id(), error, reason_of(failure),
              attempt_->upstream().authority());
  const Result<void> sent = co_await reply_error(exchange_, error, call_.request_id());
  if (sent.has_error()) outcome_ = Outcome::client_aborted;
}

Task<void> Forward::refuse(const GatewayError& error) {
  exchange_.client().watch(nullptr);
  (void)co_await reply_error(exchange_, error, call_.request_id());
}

void Forward::emit() {
  context_.outbox.prefetch();
  exchange_.client().watch(nullptr);
  if (request_.is_client_gone()) outcome_ = Outcome::client_aborted;
  const auto now = Call::Clock::now();
  const auto wall_clock = std::chrono::system_clock::now();
  const RequestFacts& asked = request_.facts();
  if (asked.stream.value_or(false)) call_.note_stream(true);
  call_.note_request_bytes(exchange_.body().payload_bytes());
  call_.note_response_bytes(response_tap_.bytes());
  const ResponseFacts facts = response_tap_.finish();
  const IdText event_id = uuid_text(context_.event_ids.next(wall_clock));
  const Dialect& dialect = attempt_->upstream().dialect();
  MeteringEvent event =
      call_.finish(outcome_, now, wall_clock, dialect.name, asked.model.view(), facts, event_id);
  DigestText request_digest;
  DigestText response_digest;
  if (context_.digest_key != nullptr) {
    // Of a body that is not whole there is none: it would tell nothing.
    if (exchange_.body().is_complete()) request_digest = request_tap_.digest();
    if (outcome_ == Outcome::completed) response_digest = response_tap_.digest();
    event.has_digests = true;
    event.request_digest = request_digest.view();
    event.response_digest = response_digest.view();
  }
  const std::size_t size = encode(event, context_.event_out);
  context_.outbox.push({context_.event_out.data(), size});
  context_.counts.note(event, dialect.number);
}

bool Forward::is_limited() const noexcept {
  return (attempt_ && attempt_->is_limited()) || exchange_.client().is_limited() ||
         is_awaiting_usage_;
}

void Forward::abandon() {
  request_.note_client_gone();
  if (attempt_) emit();
}

void Forward::peer_closed() noexcept {
  request_.note_client_gone();
  if (!attempt_) return;
  if (!may_await_usage()) return attempt_->leave();
  // Whatever the relay waits for, a piece or room for it, ends; see await_usage().
  exchange_.client().close();
  attempt_->stream().interrupt_read();
}

}  // namespace llmgw::proxy
