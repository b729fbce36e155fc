// SPDX-License-Identifier: MIT
// The life of one exchange, read top to bottom: run, send_request (forward_request.cpp),
// relay_response (forward_response.cpp), emit.
#include "proxy/api/forward.hpp"

#include "proxy/api/failure_log.hpp"
#include "proxy/api/fingerprint.hpp"
#include "proxy/api/forward_exchange.hpp"

namespace llmgw::proxy {
namespace {

std::chrono::milliseconds in_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

}  // namespace

Forward::Forward(Context& context, http::Exchange& exchange)
    : context_(context),
      exchange_(exchange),
      client_(exchange.client()),
      client_minor_version_(exchange.head().minor_version),
      is_head_request_(exchange.head().method == "HEAD"),
      silence_(in_milliseconds(context.config.client_timeout)),
      call_(exchange.head(),
            request_id_text(context.request_ids.next(std::chrono::system_clock::now())),
            fingerprint, exchange.begun_at()),
      request_tap_(context),
      response_tap_(context, call_),
      edited_(context.edited_bytes) {
  context_.counts.open_requests.add();
  context_.open_exchanges.add(*this);
}

Forward::~Forward() {
  client_.watch(nullptr);
  context_.counts.open_requests.subtract();
}

Task<void> Forward::run() {
  client_.tell(this);
  Fault fault = co_await send_request();
  if (fault == nullptr && !client_gone_) fault = co_await relay_response();
  response_done_ = true;
  co_await end_pump();
  if (pump_fault_ != nullptr) fault = pump_fault_;
  client_.watch(nullptr);
  if (client_gone_) {
    outcome_ = Outcome::client_aborted;
  } else if (fault != nullptr && !exchange_.is_response_started()) {
    co_await answer(*fault);
  }
  if (routed_) emit();
}

bool Forward::is_limited() const noexcept {
  const bool is_upstream_limited = upstream_ && upstream_->stream().is_limited();
  return is_upstream_limited || client_.is_limited() || attempt_.is_under_way() ||
         is_awaiting_usage_;
}

void Forward::abandon() {
  outcome_ = Outcome::client_aborted;
  if (routed_) emit();
}

// The client is told less than the log.
Forward::Fault Forward::not_reached(errc fault) noexcept {
  reason_ = fault == errc::timed_out ? "no connection in time" : describe(fault);
  return &error_of_connect(fault);
}

Forward::Fault Forward::not_answered(errc fault) noexcept {
  reason_ = fault == errc::timed_out ? "no answer in time" : describe(fault);
  return &error_of_response(fault);
}

Task<void> Forward::answer(const GatewayError& error) {
  outcome_ = error.outcome;
  call_.note_status(error.status);
  log_failure(context_, exchange_, call_.request_id(), error, reason_);
  const Result<void> sent = co_await reply_error(exchange_, error, call_.request_id());
  if (sent.has_error()) outcome_ = Outcome::client_aborted;
}

void Forward::emit() {
  context_.outbox.prefetch();
  const auto now = Call::Clock::now();
  const auto wall_clock = std::chrono::system_clock::now();
  const RequestFacts& asked = request_tap_.facts();
  if (asked.stream.value_or(false)) call_.note_stream(true);
  call_.note_request_bytes(exchange_.body().payload_bytes());
  call_.note_response_bytes(response_tap_.bytes());
  const ResponseFacts facts = response_tap_.finish();
  const IdText event_id = uuid_text(context_.event_ids.next(wall_clock));
  MeteringEvent event = call_.finish(outcome_, now, wall_clock, context_.provider.name(),
                                     asked.model.view(), facts, event_id);
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
  context_.counts.note(event);
}

void Forward::peer_closed() noexcept {
  client_gone_ = true;
  attempt_.cancel();
  if (!may_await_usage()) return leave_upstream();
  // Whatever the relay waits for, a piece or room for it, ends; see await_usage().
  client_.close();
  upstream_->stream().interrupt_read();
}

void Forward::leave_upstream() noexcept {
  if (upstream_) upstream_->stream().close();
}

Task<void> forward(Context& context, http::Exchange& exchange) {
  Forward exchange_with_upstream(context, exchange);
  co_await exchange_with_upstream.run();
}

}  // namespace llmgw::proxy
