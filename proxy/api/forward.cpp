// SPDX-License-Identifier: MIT
// The life of one exchange, read top to bottom: run, send_request, relay_response, emit.
#include "proxy/api/forward.hpp"

#include "common/async/spawn.hpp"
#include "common/http/head_reader.hpp"
#include "proxy/api/call.hpp"
#include "proxy/api/error_reply.hpp"
#include "proxy/api/fingerprint.hpp"
#include "proxy/api/taps.hpp"
#include "proxy/upstream/relay.hpp"
#include "proxy/upstream/response_head.hpp"

namespace llmgw::proxy {
namespace {

std::chrono::milliseconds in_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

/// Told when the client leaves; whatever waits for the upstream then ends.
class Forward final : private CloseListener {
 public:
  Forward(Context& context, http::Exchange& exchange)
      : context_(context),
        exchange_(exchange),
        client_(exchange.client()),
        client_minor_version_(exchange.head().minor_version),
        is_head_request_(exchange.head().method == "HEAD"),
        silence_(in_milliseconds(context.config.client_timeout)),
        call_(exchange.head(), request_id_text(context.ids.next(std::chrono::system_clock::now())),
              fingerprint, exchange.begun_at()),
        request_tap_(context),
        response_tap_(context, call_) {
    context_.counts.open_requests.add();
  }
  Forward(const Forward&) = delete;
  Forward& operator=(const Forward&) = delete;
  ~Forward() {
    client_.watch(nullptr);
    context_.counts.open_requests.subtract();
  }

  Task<void> run();

 private:
  // How an attempt to go on ended: nothing, or the error to answer with.
  using Fault = const GatewayError*;

  Task<Fault> send_request();
  Fault begin_request(Gather& out);
  Task<Fault> send_on_fresh_connection(std::string first);
  Task<void> pump_request_body();
  Task<void> end_pump();
  Task<Fault> relay_response();
  Task<Result<void>> pass_interim(const http::ResponseHead& head);
  void begin_response(const http::ResponseHead& head, BodyForm form);
  void conclude(const RelayEnd& end, const http::ResponseHead& head, BodyForm form);
  Task<void> answer(const GatewayError& error);
  void emit();
  void peer_closed() noexcept override;
  void leave_upstream() noexcept;

  Context& context_;
  http::Exchange& exchange_;
  ByteStream& client_;
  const int client_minor_version_;
  const bool is_head_request_;
  const std::chrono::milliseconds silence_;
  Call call_;
  RequestTap request_tap_;
  ResponseTap response_tap_;
  Pool::Connection upstream_;
  ConnectAttempt attempt_;
  Child pump_;
  Fault pump_fault_ = nullptr;
  Outcome outcome_ = Outcome::completed;
  bool routed_ = false;
  bool client_gone_ = false;
  bool response_done_ = false;
};

Task<void> Forward::run() {
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

// Head and what there is of the body leave in one write, at best on a connection that is open
// already.
Task<Forward::Fault> Forward::send_request() {
  Gather& out = context_.loop.gather();
  if (const Fault fault = begin_request(out)) co_return fault;
  routed_ = true;
  for (;;) {
    upstream_ = context_.pool.take_idle();
    if (!upstream_) break;
    ByteStream& stream = upstream_->stream();
    const std::uint64_t before = stream.bytes_sent();
    stream.expires_after(silence_);
    const Result<void> sent = co_await stream.write(out);
    if (sent.has_value()) break;
    // Only where nothing was accepted can nothing have been processed (RFC 9110 section 9.2.2).
    if (stream.bytes_sent() != before)
      co_return &error_of_response(static_cast<errc>(sent.error().value()));
  }
  if (!upstream_) {
    std::string first;
    for (const iovec& each : out.pieces())
      first.append(static_cast<const char*>(each.iov_base), each.iov_len);
    if (const Fault fault = co_await send_on_fresh_connection(std::move(first))) co_return fault;
  }
  if (client_gone_) co_return nullptr;
  if (exchange_.body().is_complete()) {
    client_.watch(this);
  } else {
    client_.watch(nullptr);
    pump_.start(pump_request_body());
  }
  co_return nullptr;
}

Forward::Fault Forward::begin_request(Gather& out) {
  context_.head_out.clear();
  context_.provider.prepare(exchange_.head(), context_.head_out);
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

Task<Forward::Fault> Forward::send_on_fresh_connection(std::string first) {
  client_.watch(this);
  auto opened = co_await context_.pool.open(attempt_);
  if (client_gone_) co_return nullptr;
  if (opened.has_error()) co_return &error_of_connect(static_cast<errc>(opened.error().value()));
  upstream_ = std::move(*opened);
  Gather& out = context_.loop.gather();
  out.add(first);
  upstream_->stream().expires_after(silence_);
  const Result<void> sent = co_await upstream_->stream().write(out);
  if (sent.has_error() && !client_gone_)
    co_return &error_of_response(static_cast<errc>(sent.error().value()));
  co_return nullptr;
}

// The rest of a body that did not arrive with its head; runs beside relay_response, as the upstream
// may answer early.
Task<void> Forward::pump_request_body() {
  using Kind = RelayEnd::Kind;
  ByteStream& upstream = upstream_->stream();
  const RelayLimits limits{http::Exchange::progress_timeout, silence_,
                           context_.config.max_request_body};
  const RelayEnd end = co_await relay_body(client_, upstream, exchange_.body(),
                                           BodyForm::as_received, request_tap_, limits, {}, {});
  if (response_done_) co_return;
  switch (end.kind) {
    case Kind::complete:
      upstream.expires_after(silence_);  // from now on it is the upstream that is waited for
      client_.watch(this);
      co_return;
    case Kind::sink_failed:
      // Its answer, if there is one, says why.
      if (end.fault == errc::timed_out) upstream.close(errc::timed_out);
      co_return;
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
  if (!exchange_.body().is_complete()) leave_upstream();
  co_await pump_.join();
}

Task<Forward::Fault> Forward::relay_response() {
  ByteStream& upstream = upstream_->stream();
  http::HeadReader reader;
  for (;;) {
    const bool uploading = !exchange_.body().is_complete();
    if (uploading) upstream.expires_never();
    const auto patience = uploading ? std::chrono::milliseconds(0) : silence_;
    const auto bytes = co_await reader.read(upstream, patience, patience);
    if (bytes.has_error()) co_return &error_of_response(static_cast<errc>(bytes.error().value()));
    const auto parsed =
        http::parse_response_head(bytes->head, context_.response_fields, is_head_request_);
    // 101 answers an Upgrade, and none was sent.
    if (parsed.has_error() || parsed->status == 101) co_return &gateway_error::upstream_invalid;
    if (parsed->status < 200) {
      upstream.unread(bytes->rest);
      const Result<void> sent = co_await pass_interim(*parsed);
      if (sent.has_error()) {
        client_gone_ = true;
        co_return nullptr;
      }
      continue;
    }
    const http::ResponseHead head = *parsed;
    const BodyForm form = response_form(head, client_minor_version_);
    begin_response(head, form);
    http::BodyDecoder decoder(head.framing);
    const RelayLimits limits{silence_, http::Exchange::progress_timeout};
    const RelayEnd end = co_await relay_body(upstream, client_, decoder, form, response_tap_,
                                             limits, context_.head_out, bytes->rest);
    conclude(end, head, form);
    co_return nullptr;
  }
}

// Any number of 1xx may come before the answer (RFC 9110 section 15.2); an HTTP/1.0 client knows
// none.
Task<Result<void>> Forward::pass_interim(const http::ResponseHead& head) {
  if (client_minor_version_ == 0) co_return Result<void>();
  context_.head_out.clear();
  append_response_head(context_.head_out, head, BodyForm::as_received, {}, true,
                       client_minor_version_);
  Gather& out = context_.loop.gather();
  out.add(context_.head_out);
  client_.expires_after(http::Exchange::progress_timeout);
  co_return co_await client_.write(out);
}

void Forward::begin_response(const http::ResponseHead& head, BodyForm form) {
  using http::FieldId;
  const bool ends_by_close =
      form == BodyForm::payload_only ||
      (form == BodyForm::as_received && head.framing.kind == http::Framing::Kind::until_close);
  if (ends_by_close || !exchange_.is_body_consumed()) exchange_.close_after();
  call_.note_response(head.status, head.value(FieldId::request_id));
  response_tap_.begin(context_.provider.usage_reader(), head, context_.config.capture_bytes);
  call_.note_stream(response_tap_.is_stream());
  context_.head_out.clear();
  append_response_head(context_.head_out, head, form, call_.request_id(), exchange_.keeps_alive(),
                       client_minor_version_);
  exchange_.mark_started();
}

void Forward::conclude(const RelayEnd& end, const http::ResponseHead& head, BodyForm form) {
  using Kind = RelayEnd::Kind;
  switch (end.kind) {
    case Kind::complete:
      exchange_.mark_responded();
      if (head.keep_alive && !end.excess && exchange_.body().is_complete()) {
        context_.pool.give_back(std::move(upstream_));
      }
      return;
    case Kind::sink_failed: outcome_ = Outcome::client_aborted; break;
    case Kind::source_ended:
      outcome_ =
          end.fault == errc::timed_out ? Outcome::upstream_timeout : Outcome::upstream_aborted;
      break;
    default: outcome_ = Outcome::upstream_invalid;
  }
  // A body that ends by the connection's close must not seem complete.
  const bool unframed =
      form == BodyForm::payload_only || head.framing.kind == http::Framing::Kind::until_close;
  if (end.kind != Kind::sink_failed && unframed && form != BodyForm::chunked) client_.reset();
  leave_upstream();
}

Task<void> Forward::answer(const GatewayError& error) {
  outcome_ = error.outcome;
  call_.note_status(error.status);
  const Result<void> sent = co_await reply_error(exchange_, error, call_.request_id());
  if (sent.has_error()) outcome_ = Outcome::client_aborted;
}

void Forward::emit() {
  const auto now = Call::Clock::now();
  const auto wall_clock = std::chrono::system_clock::now();
  const RequestFacts& asked = request_tap_.facts();
  if (asked.stream.value_or(false)) call_.note_stream(true);
  call_.note_request_bytes(exchange_.body().payload_bytes());
  call_.note_response_bytes(response_tap_.bytes());
  const ResponseFacts facts = response_tap_.finish();
  const IdText event_id = uuid_text(context_.ids.next(wall_clock));
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
  leave_upstream();
}

void Forward::leave_upstream() noexcept {
  if (upstream_) upstream_->stream().close();
}

}  // namespace

Task<void> forward(Context& context, http::Exchange& exchange) {
  Forward exchange_with_upstream(context, exchange);
  co_await exchange_with_upstream.run();
}

}  // namespace llmgw::proxy
