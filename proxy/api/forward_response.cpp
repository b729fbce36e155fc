// SPDX-License-Identifier: MIT
// The response on its way down, and the one answer that is not passed on: a refusal of what only
// the gateway asked for.
#include "common/http/head_reader.hpp"
#include "common/log/log.hpp"
#include "proxy/api/failure_log.hpp"
#include "proxy/api/forward_exchange.hpp"
#include "proxy/metering/content_decoder.hpp"
#include "proxy/upstream/response_head.hpp"

namespace llmgw::proxy {
namespace {

// Appends the payload that is in `input` to `text`.
ReframeStep unframe(http::BodyDecoder& decoder, std::string_view& input, std::string& text) {
  using Kind = http::BodyDecoder::Kind;
  for (;;) {
    const http::BodyDecoder::Piece piece = decoder.next(input);
    switch (piece.kind) {
      case Kind::payload: text.append(piece.bytes); break;
      case Kind::framing: break;
      case Kind::need_more: return ReframeStep::need_more;
      case Kind::end: return ReframeStep::end;
      case Kind::fault: return ReframeStep::fault;
    }
  }
}

// Responses before the answer. A server that says every few seconds that it is at work takes an
// hour to send as many.
constexpr unsigned most_interim = 500;

// What an error says, as far as one is worth reading.
constexpr std::size_t most_error_text = 16 * 1024;

std::string decoded(const CodingList& codings, std::string_view coded) {
  std::string text;
  const auto take = [](void* context, std::string_view content) {
    auto& into = *static_cast<std::string*>(context);
    into.append(content.substr(0, most_error_text - into.size()));
    return into.size() < most_error_text;
  };
  ContentDecoder(codings).decode(coded, take, &text);
  return text;
}

}  // namespace

// An answer that is looked at before it is passed on: copies, as looking takes suspensions.
struct Forward::HeldAnswer {
  std::string head;
  std::string body;          // as received
  bool is_reusable = false;  // its connection, once the answer is of no interest
};

Task<Forward::Fault> Forward::relay_response() {
  http::HeadReader reader;
  HeldAnswer held;
  unsigned interim = 0;
  for (;;) {
    ByteStream& upstream = upstream_->stream();
    const bool uploading = pump_.is_running();
    if (uploading) upstream.read_expires_never();
    const auto patience = uploading ? std::chrono::milliseconds(0) : silence_;
    const auto bytes = co_await reader.read(upstream, patience, patience);
    if (bytes.has_error()) {
      // Interim responses without the one they announce are no answer (RFC 9110 section 15.2).
      const bool is_none = interim > 0 && bytes.error() == errc::connection_closed;
      co_return not_answered(is_none ? errc::malformed_message : errc_of(bytes.error()));
    }
    auto parsed =
        http::parse_response_head(bytes->head, context_.response_fields, is_head_request_);
    if (parsed.has_error()) co_return not_answered(errc_of(parsed.error()));
    // 101 answers an Upgrade, and none was sent; and at some time an answer has to come.
    if (parsed->status == 101 || (parsed->status < 200 && interim++ == most_interim))
      co_return not_answered(errc::malformed_message);
    if (parsed->status < 200) {
      upstream.unread(bytes->rest);
      if (parsed->status == 100 && sent_continue_) continue;
      const Result<void> sent = co_await pass_interim(*parsed);
      if (sent.has_error()) {
        client_gone_ = true;
        co_return nullptr;
      }
      continue;
    }
    std::string_view rest = bytes->rest;
    if (is_edited_ && context_.provider.may_refuse(parsed->status)) {
      held.head = bytes->head;
      held.body = rest;
      const bool refused = co_await is_refusal(held);
      if (client_gone_) co_return nullptr;
      if (refused) {
        if (held.is_reusable) context_.pool.give_back(upstream_);
        co_await end_pump();
        const Fault fault = co_await send_original();
        if (fault != nullptr || client_gone_) co_return fault;
        continue;
      }
      parsed = http::parse_response_head(held.head, context_.response_fields, is_head_request_);
      rest = held.body;
    }
    edited_.clear();
    const http::ResponseHead head = *parsed;
    const bool is_success = head.status >= 200 && head.status < 300;
    if (is_refused_ && is_success) forget_about_usage();
    if (is_edited_) filter_ = context_.provider.usage_filter(head);
    const bool is_coded = !head.value(http::FieldId::content_encoding).empty();
    if (is_edited_ && filter_ == nullptr && is_coded && is_success) note_unreadable();
    const BodyForm form = response_form(head, client_minor_version_, filter_ != nullptr);
    begin_response(head, form);
    http::BodyDecoder decoder(head.framing);
    const RelayLimits limits{silence_, exchange_.progress_limit()};
    const RelayEnd end = co_await relay_body(upstream, client_, decoder, form, response_tap_,
                                             limits, context_.head_out, rest, filter_.get());
    const bool has_client = !client_gone_ && end.kind != RelayEnd::Kind::sink_failed;
    if (!has_client && may_await_usage()) co_await await_usage(decoder);
    conclude(end, head, form);
    co_return nullptr;
  }
}

// Reads on in an error that may be a refusal, as far as one is worth reading. What was read stays
// in `answer`.
Task<bool> Forward::is_refusal(HeldAnswer& answer) {
  const auto head =
      http::parse_response_head(answer.head, context_.response_fields, is_head_request_);
  const auto codings = parse_codings(head->value(http::FieldId::content_encoding));
  const bool keep_alive = head->keep_alive;
  http::BodyDecoder decoder(head->framing);
  ByteStream& upstream = upstream_->stream();
  std::string text;
  bool is_over = false;
  for (std::string latest = answer.body;;) {
    std::string_view input = latest;
    const ReframeStep step = unframe(decoder, input, text);
    answer.is_reusable = step == ReframeStep::end && input.empty() && keep_alive;
    is_over = is_over || step != ReframeStep::need_more;
    if (is_over || text.size() >= most_error_text) break;
    upstream.read_expires_after(silence_);
    const auto bytes = co_await upstream.read();
    if (client_gone_) co_return false;
    is_over = bytes.has_error();  // relaying it will come upon the same
    latest = is_over ? std::string_view() : *bytes;
    answer.body += latest;
  }
  if (!codings) co_return false;
  text = codings->size > 0 ? decoded(*codings, text) : text.substr(0, most_error_text);
  co_return context_.provider.is_refusal(text);
}

// The request was refused as a whole, so it may be sent again; as the client meant it, this time.
// Whatever is answered to that is the client's. Only success proves that it was the option.
Task<Forward::Fault> Forward::send_original() {
  is_edited_ = false;
  is_refused_ = true;
  context_.counts.usage_refused.add();
  Gather& out = context_.loop.gather();
  edited_.add_original(out);
  const Fault fault = co_await deliver(out);
  edited_.clear();
  if (fault == nullptr && !client_gone_) go_on_sending();
  co_return fault;
}

// No more asking for this model, for a while.
void Forward::forget_about_usage() {
  const std::string_view model = request_tap_.facts().model.view();
  context_.refusals.add(model, Call::Clock::now());
  log::debug("streams of this model are not asked for usage", {{"model", model}});
}

// A coding that nobody asked for: the client sees what only the gateway wanted. That says nothing
// of other streams of the model.
void Forward::note_unreadable() const {
  log::debug("a stream came coded, with the usage that was asked for",
             {{"request_id", call_.request_id()}});
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
  client_.expires_without_progress(exchange_.progress_limit());
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
      if (head.keep_alive && !end.excess && exchange_.body().is_complete())
        context_.pool.give_back(upstream_);
      return;
    case Kind::sink_failed: outcome_ = Outcome::client_aborted; break;
    case Kind::source_ended:
      outcome_ =
          end.fault == errc::timed_out ? Outcome::upstream_timeout : Outcome::upstream_aborted;
      break;
    default: outcome_ = Outcome::upstream_invalid;
  }
  if (end.kind != Kind::sink_failed && !client_gone_)
    log_cut_response(context_, exchange_, call_.request_id(), call_.status(), outcome_);
  // A body that ends by the connection's close must not seem complete.
  const bool unframed =
      form == BodyForm::payload_only || head.framing.kind == http::Framing::Kind::until_close;
  if (end.kind != Kind::sink_failed && unframed && form != BodyForm::chunked) client_.reset();
  leave_upstream();
}

}  // namespace llmgw::proxy
