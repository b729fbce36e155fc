// SPDX-License-Identifier: MIT
// Answers of targets that are spoken to in another dialect than the client's.
#include <algorithm>

#include "common/json/escape.hpp"
#include "proxy/api/forward_exchange.hpp"
#include "proxy/metering/content_decoder.hpp"
#include "proxy/provider/chat_answer/stream_edit.hpp"
#include "proxy/upstream/response_head.hpp"

namespace llmgw::proxy {
namespace {

// What clients called their own members may hold anything: in a field only what is visible, and no
// comma, is itself.
std::string as_field(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& each : names) {
    if (all.size() + each.size() >= max_event_names) break;
    if (!all.empty()) all += ',';
    std::transform(each.begin(), each.end(), std::back_inserter(all),
                   [](char c) { return c > ' ' && c < '\x7f' && c != ',' ? c : '_'; });
  }
  return all;
}

// Of an exchange whose client was told this; nothing where that was the answer to its request.
std::optional<Outcome> outcome_of(const TranslatedError& error) {
  if (error.code == "upstream_aborted") return Outcome::upstream_aborted;
  if (error.code == "upstream_timeout") return Outcome::upstream_timeout;
  const bool is_invalid =
      error.code == "upstream_auth_failed" || error.code == "upstream_invalid_response";
  return is_invalid ? std::optional(Outcome::upstream_invalid) : std::nullopt;
}

Result<std::string> decoded(const CodingList& codings, std::string body, std::size_t most) {
  if (codings.size == 0) return body;
  std::string content;
  if (!decode_whole(codings, body, most, content)) return errc::malformed_message;
  return content;
}

std::string body_of(const TranslationRefusal& refusal) {
  std::string body = R"({"error":{"message":)";
  append_json_string(refusal.message, body);
  body += R"(,"type":"invalid_request_error","param":)";
  if (refusal.param.empty()) {
    body += "null";
  } else {
    append_json_string(refusal.param, body);
  }
  body += R"(,"code":)";
  append_json_string(refusal.code, body);
  return body += "}}";
}

}  // namespace

Task<void> Forward::relay_translated() {
  note_upstream_head(answering_);
  if (attempt_->error() != nullptr)
    co_return co_await reply_translated_error(*attempt_->error(), answering_);
  note_lesson();
  const http::ResponseHead& head = context_.workspace.answer;
  call_.note_response(head.status, head.value(http::FieldId::request_id));
  response_tap_.begin(attempt_->upstream().usage(), head, request_tap_.texts());
  call_.note_stream(response_tap_.is_stream());
  const auto codings = parse_codings(head.value(http::FieldId::content_encoding));
  // No coding of a stream was asked for.
  const bool is_readable = codings && (codings->size == 0 || !response_tap_.is_stream());
  if (!is_readable) co_return co_await reply_unreadable(errc::unsupported_coding);
  if (response_tap_.is_stream()) co_return co_await relay_stream();
  co_await reply_translated(*codings);
}

// Whose answer it is, and what of the request it does not honour; the views are of this exchange.
std::vector<http::OutField> Forward::translated_fields(std::string_view content_type, int status) {
  routed_->is_translated = true;
  const Upstream& upstream = upstreams_->at(answering_);
  std::vector<http::OutField> fields{{"Content-Type", content_type},
                                     {"X-LLM-Request-ID", call_.request_id()},
                                     {"X-LLM-Provider", upstream.name()},
                                     {"X-LLM-Translated", upstream.dialect().name}};
  if (!call_.upstream_request_id().empty())
    fields.push_back({"X-Request-ID", call_.upstream_request_id()});
  Translating& translating = *routed_->translating;
  if (!routed_->is_replayed) note_dropped();
  if (!translating.dropped.empty()) fields.push_back({"X-LLM-Dropped-Params", translating.dropped});
  chat_answer::append_fields(translating.upstream_head, status, translating.upstream_fields);
  for (const chat_answer::AnswerField& each : translating.upstream_fields)
    fields.push_back({each.name, each.value});
  show_limits(fields);
  return fields;
}

void Forward::note_dropped() {
  if (attempt_->translated() == nullptr) return;
  routed_->translating->dropped = as_field(attempt_->translated()->dropped);
}

Task<void> Forward::relay_stream() {
  Workspace& workspace = context_.workspace;
  auto edit = std::make_unique<TranslatedStream>(attempt_->upstream().translation()->stream(
      answer_terms(), static_cast<std::size_t>(context_.config.max_stream_event)));
  const TranslatedStream& stream = *edit;
  edit_of_answer_ = std::move(edit);
  std::vector<http::Field> fields;
  for (const http::OutField& each : translated_fields("text/event-stream; charset=utf-8", 200))
    if (each.name != "X-LLM-Request-ID") fields.push_back({each.name, each.value});
  fields.push_back({"Cache-Control", "no-cache"});
  http::ResponseHead shown;
  shown.status = 200;
  shown.reason = "OK";
  shown.fields = fields;
  const int minor_version = request_.client_minor_version();
  const BodyForm form = response_form(shown, minor_version, true);
  if (form == BodyForm::payload_only || !exchange_.is_body_consumed()) exchange_.close_after();
  workspace.head_out.clear();
  append_response_head(workspace.head_out, shown, form, call_.request_id(), exchange_.keeps_alive(),
                       minor_version);
  exchange_.mark_started();
  const bool keeps_alive = workspace.answer.keep_alive;
  http::BodyDecoder decoder(workspace.answer.framing);
  const RelayLimits limits{attempt_->upstream().idle_limit(), exchange_.progress_limit()};
  const RelayEnd end = co_await relay_body(attempt_->stream(), exchange_.client(), decoder, form,
                                           response_tap_, limits, workspace.head_out,
                                           workspace.answer_bytes.rest, edit_of_answer_.get());
  conclude(end, form, decoder.framing(), keeps_alive);
  note_answer_facts(stream.facts());
  const bool has_client = outcome_ != Outcome::client_aborted;
  if (has_client && stream.error() != nullptr)
    outcome_ = outcome_of(*stream.error()).value_or(Outcome::stream_error);
  is_relayed_ = true;
}

// Read to its end before the first byte of it is sent: then it is an answer, or an error.
Task<void> Forward::reply_translated(CodingList codings) {
  const auto body = co_await read_whole_answer(codings);
  if (request_.is_client_gone()) co_return;
  if (body.has_error()) co_return co_await reply_unreadable(errc_of(body.error()));
  exchange_.client().watch(nullptr);
  const Translation& translation = *attempt_->upstream().translation();
  const auto answer = translation.answer(*body, answer_terms());
  if (!answer) {
    const auto error = translation.error_in_answer(*body);
    if (!error) co_return co_await reply_unreadable(errc::malformed_message);
    co_return co_await reply_translated_error(*error, answering_);
  }
  note_answer_facts(answer->facts);
  const auto fields = translated_fields("application/json", 200);
  const Result<void> sent = co_await exchange_.reply(200, fields, answer->body);
  if (sent.has_error()) outcome_ = Outcome::client_aborted;
}

Task<void> Forward::reply_unreadable(errc fault) {
  const Failure failure{Failure::Side::upstream, fault};
  exchange_.client().watch(nullptr);
  attempt_->leave();
  const GatewayError& error = error_of(failure);
  const bool is_of_http = &error != &gateway_error::upstream_invalid;
  co_await reply_failure(failure, is_of_http ? error : gateway_error::unreadable_answer);
}

// Its payload, without coding. Metering sees all of it, as it came.
Task<Result<std::string>> Forward::read_whole_answer(CodingList codings) {
  const auto most = static_cast<std::size_t>(context_.config.max_translated_response);
  Workspace& workspace = context_.workspace;
  ByteStream& upstream = attempt_->stream();
  const bool keeps_alive = workspace.answer.keep_alive;
  http::BodyDecoder decoder(workspace.answer.framing);
  std::string body;
  std::string latest(workspace.answer_bytes.rest);
  for (;;) {
    std::string_view input = latest;
    Gather& pieces = context_.loop.gather();
    const ReframeStep step = reframe(decoder, input, BodyForm::payload_only, response_tap_, pieces);
    for (const iovec& each : pieces.pieces())
      body.append(static_cast<const char*>(each.iov_base), each.iov_len);
    if (step == ReframeStep::fault) co_return errc::malformed_message;
    if (body.size() > most) co_return errc::body_too_large;
    if (step == ReframeStep::end) {
      if (keeps_alive && input.empty() && exchange_.body().is_complete()) attempt_->give_back();
      co_return decoded(codings, std::move(body), most);
    }
    upstream.read_expires_after(attempt_->upstream().idle_limit());
    const auto bytes = co_await upstream.read();
    if (bytes.has_error()) {
      const bool is_end = bytes.error() == errc::connection_closed && decoder.finish_at_close();
      if (!is_end) co_return bytes.error();
      co_return decoded(codings, std::move(body), most);
    }
    latest.assign(*bytes);
  }
}

// What the body tells goes before what the head does, but for a wait.
Task<void> Forward::reply_translated_error(const TranslatedError& told, std::size_t upstream) {
  TranslatedError error = told;
  exchange_.client().watch(nullptr);
  chat_answer::UpstreamHead& head = routed_->translating->upstream_head;
  if (error.request_id.empty()) error.request_id = head.request_id;
  if (error.code == "upstream_auth_failed") head.should_retry = "false";
  if (error.retry_after_ms && !head.wait) {
    head.wait = std::chrono::milliseconds(*error.retry_after_ms);
    head.has_milliseconds = true;
  }
  call_.note_response(error.status, error.request_id);
  outcome_ = outcome_of(error).value_or(Outcome::completed);
  const auto fields = translated_fields("application/json", error.status);
  const std::string body = to_json(error, upstreams_->at(upstream).name());
  const Result<void> sent = co_await exchange_.reply(error.status, fields, body);
  is_relayed_ = true;
  if (sent.has_error()) outcome_ = Outcome::client_aborted;
}

Task<void> Forward::reply_refusal(const TranslationRefusal& refusal) {
  call_.note_status(400);
  outcome_ = Outcome::refused;
  const auto fields = translated_fields("application/json", 400);
  const Result<void> sent = co_await exchange_.reply(400, fields, body_of(refusal));
  if (sent.has_error()) outcome_ = Outcome::client_aborted;
}

}  // namespace llmgw::proxy
