// SPDX-License-Identifier: MIT
// The request on its way up: as it came, or asking for the usage of its stream.
#include "common/http/body_pace.hpp"
#include "proxy/api/forward_exchange.hpp"

namespace llmgw::proxy {

// Head and what there is of the body leave in one write, at best on a connection that is open
// already.
Task<Forward::Fault> Forward::send_request() {
  Gather& out = context_.loop.gather();
  if (const Fault fault = begin_request(out)) co_return fault;
  routed_ = true;
  if (may_edit()) {
    edited_.begin(out, context_.head_out.size(), length_at_, exchange_.body().framing());
    const Fault fault = co_await edit_request();
    if (fault != nullptr || client_gone_) co_return fault;
  }
  const Fault fault = co_await deliver(out);
  if (fault != nullptr || client_gone_) co_return fault;
  if (!is_edited_) edited_.clear();
  go_on_sending();
  co_return nullptr;
}

Forward::Fault Forward::begin_request(Gather& out) {
  context_.head_out.clear();
  length_at_ = context_.provider.prepare(exchange_.head(), context_.head_out);
  out.add(context_.head_out);
  std::string_view input = exchange_.buffered();
  exchange_.take_buffered();
  const ReframeStep step =
      reframe(exchange_.body(), input, BodyForm::as_received, request_tap_, out);
  if (step == ReframeStep::fault) return &gateway_error::malformed_request;
  if (exchange_.body().payload_bytes() > context_.config.max_request_body)
    return &gateway_error::request_too_large;
  if (step == ReframeStep::end) client_.unread(input);
  return nullptr;
}

// By the head, and by the body as far as it is there. Needs the head's views.
bool Forward::may_edit() const {
  const http::RequestHead& head = exchange_.head();
  return may_still_edit() && context_.config.stream_usage == StreamUsage::inject &&
         context_.config.capture_bytes > 0 && head.framing.kind != http::Framing::Kind::none &&
         head.framing.length <= EditedRequest::limit &&
         context_.provider.streams_usage_on_demand(head) && context_.provider.allows_edit(head);
}

// By the body as far as it is there, and by the memory it takes.
bool Forward::may_still_edit() const {
  const RequestFacts& asked = request_tap_.facts();
  if (asked.has_stream_options) return false;
  const bool ends = exchange_.body().is_complete() || request_tap_.is_done();
  return asked.stream.value_or(!ends) && edited_.size() <= EditedRequest::limit &&
         context_.edited_bytes <= EditedRequest::total_limit;
}

// Leaves in the loop's list of pieces what is to be sent in place of the request.
Task<Forward::Fault> Forward::edit_request() {
  if (!exchange_.body().is_complete()) {
    const Fault fault = co_await read_rest_of_body();
    if (fault != nullptr || client_gone_) co_return fault;
  }
  is_edited_ = exchange_.body().is_complete() && may_still_edit() &&
               !context_.refusals.contains(request_tap_.facts().model.view(), Call::Clock::now()) &&
               edited_.edit(context_.provider);
  if (is_edited_) context_.counts.usage_asked.add();
  Gather& out = context_.loop.gather();
  is_edited_ ? edited_.add_edited(out) : edited_.add_original(out);
  co_return nullptr;
}

// The length of an edited body has to be told before its first byte, and whether it is edited may
// depend on its last: it is read whole, up to a limit. A client that waits to be told to send it is
// told so, as the upstream cannot be asked yet.
Task<Forward::Fault> Forward::read_rest_of_body() {
  client_.expires_without_progress(exchange_.progress_limit());
  if (exchange_.head().expects_continue && exchange_.body().payload_bytes() == 0) {
    sent_continue_ = true;
    Gather& out = context_.loop.gather();
    out.add("HTTP/1.1 100 Continue\r\n\r\n");
    const Result<void> sent = co_await client_.write(out);
    client_gone_ = sent.has_error();
  }
  http::BodyPace pace(exchange_.progress_limit(), http::Exchange::progress_bytes);
  while (!client_gone_ && !exchange_.body().is_complete() && may_still_edit()) {
    client_.read_expires_after(pace.begin(context_.loop.deadlines().now()));
    const auto bytes = co_await client_.read();
    if (bytes.has_error()) {
      if (bytes.error() == errc::timed_out) co_return &error_of_client(errc::timed_out);
      client_gone_ = true;
      break;
    }
    pace.end(context_.loop.deadlines().now(), bytes->size());
    std::string_view input = *bytes;
    Gather& out = context_.loop.gather();
    const ReframeStep step =
        reframe(exchange_.body(), input, BodyForm::as_received, request_tap_, out);
    if (step == ReframeStep::fault) co_return &gateway_error::malformed_request;
    if (exchange_.body().payload_bytes() > context_.config.max_request_body)
      co_return &gateway_error::request_too_large;
    edited_.append(out);
    if (step == ReframeStep::end) client_.unread(input);
  }
  client_.expires_never();
  co_return nullptr;
}

// Sends what the socket takes at once. Where something was taken, the answer, if there is one, says
// what became of it, also if the rest fails.
Task<Forward::Fault> Forward::deliver(Gather& out) {
  for (;;) {
    upstream_ = context_.pool.take_idle();
    if (!upstream_) break;
    ByteStream& stream = upstream_->stream();
    const std::uint64_t before = stream.bytes_sent();
    stream.read_expires_after(silence_);
    const Result<bool> sent = stream.send(out);
    sent_all_ = sent.has_error() || *sent;
    // Only where nothing was accepted can nothing have been processed (RFC 9110 section 9.2.2).
    if (sent.has_value() || stream.bytes_sent() != before) co_return nullptr;
  }
  std::string first;
  for (const iovec& each : out.pieces())
    first.append(static_cast<const char*>(each.iov_base), each.iov_len);
  co_return co_await send_on_fresh_connection(std::move(first));
}

Task<Forward::Fault> Forward::send_on_fresh_connection(std::string first) {
  client_.watch(this);
  auto opened = co_await context_.pool.open(attempt_);
  if (client_gone_) co_return nullptr;
  if (opened.has_error()) co_return not_reached(errc_of(opened.error()));
  upstream_ = std::move(*opened);
  Gather& out = context_.loop.gather();
  out.add(first);
  ByteStream& stream = upstream_->stream();
  const std::uint64_t before = stream.bytes_sent();
  stream.read_expires_after(silence_);
  const Result<bool> sent = stream.send(out);
  sent_all_ = sent.has_error() || *sent;
  if (sent.has_error() && stream.bytes_sent() == before)
    co_return not_answered(errc_of(sent.error()));
  co_return nullptr;
}

// The rest goes on beside relay_response, as the upstream may answer early.
void Forward::go_on_sending() {
  const bool is_complete = exchange_.body().is_complete();
  is_complete ? client_.watch(this) : client_.tell(this);
  if (!client_gone_ && !(is_complete && sent_all_)) pump_.start(pump_request());
}

Task<void> Forward::pump_request() {
  using Kind = RelayEnd::Kind;
  ByteStream& upstream = upstream_->stream();
  upstream.expires_without_progress(silence_);
  const Result<void> sent = co_await upstream.flush(&client_);
  upstream.write_expires_never();
  RelayEnd end;
  if (sent.has_error()) {
    end = {Kind::sink_failed, errc_of(sent.error())};
  } else if (!exchange_.body().is_complete()) {
    const RelayLimits limits{exchange_.progress_limit(), silence_, context_.config.max_request_body,
                             http::Exchange::progress_bytes};
    end = co_await relay_body(client_, upstream, exchange_.body(), BodyForm::as_received,
                              request_tap_, limits, {}, {});
  }
  if (!response_done_) conclude_request(end);
}

void Forward::conclude_request(const RelayEnd& end) {
  using Kind = RelayEnd::Kind;
  ByteStream& upstream = upstream_->stream();
  switch (end.kind) {
    case Kind::complete:
      upstream.read_expires_after(silence_);  // from now on it is the upstream that is waited for
      client_.watch(this);
      return;
    case Kind::sink_failed:
      // Its answer, if there is one, says why.
      if (end.fault == errc::timed_out) upstream.close(errc::timed_out);
      upstream.read_expires_after(silence_);
      client_.watch(this);
      return;
    case Kind::source_ended:
      if (end.fault != errc::timed_out) {
        client_gone_ = true;
        break;
      }
      [[fallthrough]];
    default:
      pump_fault_ =
          &error_of_client(end.kind == Kind::too_large ? errc::body_too_large : end.fault);
  }
  upstream.close();
}

Task<void> Forward::end_pump() {
  if (!pump_.is_started()) co_return;
  client_.interrupt_read();
  if (pump_.is_running()) leave_upstream();
  co_await pump_.join();
}

}  // namespace llmgw::proxy
