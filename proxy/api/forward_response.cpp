// SPDX-License-Identifier: MIT
// The answer on its way down.
#include "common/log/log.hpp"
#include "proxy/api/failure_log.hpp"
#include "proxy/api/forward_exchange.hpp"
#include "proxy/upstream/response_head.hpp"

namespace llmgw::proxy {
namespace {

bool is_success(const http::ResponseHead& head) noexcept {
  return head.status >= 200 && head.status < 300;
}

// Whether only the connection's close tells the client where the body ends.
bool ends_by_close(BodyForm form, const http::Framing& framing) noexcept {
  return form == BodyForm::payload_only ||
         (form == BodyForm::as_received && framing.kind == http::Framing::Kind::until_close);
}

}  // namespace

// The attempt has left the head in the workspace: it goes with the first suspension.
Task<void> Forward::relay() {
  if (attempt_->translated() != nullptr) co_return co_await relay_translated();
  Workspace& workspace = context_.workspace;
  edit_of_answer_ = edit_of_answer(workspace.answer);
  if (limited_ != nullptr) show_limits(workspace.answer);
  const BodyForm form = begin_response(workspace.answer);
  const bool keeps_alive = workspace.answer.keep_alive;
  http::BodyDecoder decoder(workspace.answer.framing);
  const RelayLimits limits{attempt_->upstream().idle_limit(), exchange_.progress_limit()};
  const RelayEnd end = co_await relay_body(attempt_->stream(), exchange_.client(), decoder, form,
                                           response_tap_, limits, workspace.head_out,
                                           workspace.answer_bytes.rest, edit_of_answer_.get());
  const bool has_client = !request_.is_client_gone() && end.kind != RelayEnd::Kind::sink_failed;
  if (!has_client && may_await_usage()) {
    co_await await_usage(decoder);
  } else if (!has_client && may_drain()) {
    co_await drain(decoder);
  }
  conclude(end, form, decoder.framing(), keeps_alive);
  is_relayed_ = true;
}

// A coding that nobody asked for cannot be read: the client sees what only the gateway wanted. That
// says nothing of other streams of the model.
std::unique_ptr<AnswerEdit> Forward::edit_of_answer(const http::ResponseHead& head) const {
  if (!attempt_->is_edited()) return nullptr;
  auto edit = attempt_->upstream().edit()->edit_of_answer(head);
  const bool is_coded = !head.value(http::FieldId::content_encoding).empty();
  if (edit == nullptr && is_coded && is_success(head))
    log::debug("a stream came coded, with the usage that was asked for",
               {{"request_id", call_.request_id()}});
  return edit;
}

BodyForm Forward::begin_response(const http::ResponseHead& head) {
  const int minor_version = request_.client_minor_version();
  const BodyForm form = response_form(head, minor_version, edit_of_answer_ != nullptr);
  if (ends_by_close(form, head.framing) || !exchange_.is_body_consumed()) exchange_.close_after();
  call_.note_response(head.status, head.value(http::FieldId::request_id));
  response_tap_.begin(upstreams_->at(answering_).usage(), head, request_tap_.texts());
  call_.note_stream(response_tap_.is_stream());
  std::string& out = context_.workspace.head_out;
  out.clear();
  append_response_head(out, head, form, call_.request_id(), exchange_.keeps_alive(), minor_version);
  exchange_.mark_started();
  return form;
}

// What is kept is complete, so that nothing is read on the way.
Task<void> Forward::replay() {
  routed_->is_replayed = true;
  answering_ = routed_->kept_upstream;
  Workspace& workspace = context_.workspace;
  workspace.answer = http::parse_response_head(routed_->kept->head(), workspace.response_fields,
                                               request_.is_head())
                         .value();
  if (routed_->translating != nullptr && routed_->translating->kept_error) {
    note_upstream_head(answering_);
    co_return co_await reply_translated_error(*routed_->translating->kept_error, answering_);
  }
  if (limited_ != nullptr) show_limits(workspace.answer);
  const BodyForm form = begin_response(workspace.answer);
  http::BodyDecoder decoder(workspace.answer.framing);
  Gather& out = context_.loop.gather();
  out.add(workspace.head_out);
  std::string_view input = routed_->kept->rest();
  if (reframe(decoder, input, form, response_tap_, out) == ReframeStep::need_more)
    out.add(closing_bytes(form));
  exchange_.client().expires_without_progress(exchange_.progress_limit());
  const Result<void> sent = co_await exchange_.client().write(out);
  is_relayed_ = true;
  if (sent.has_error()) {
    outcome_ = Outcome::client_aborted;
  } else {
    exchange_.mark_responded();
  }
}

void Forward::conclude(const RelayEnd& end, BodyForm form, const http::Framing& framing,
                       bool keeps_alive) {
  using Kind = RelayEnd::Kind;
  switch (end.kind) {
    case Kind::complete:
      exchange_.mark_responded();
      if (keeps_alive && !end.excess && exchange_.body().is_complete()) attempt_->give_back();
      return;
    case Kind::sink_failed:
      has_left_at_end_ |= end.had_all_payload && response_tap_.is_ended();
      if (!has_left_at_end_) outcome_ = Outcome::client_aborted;
      break;
    case Kind::source_ended:
      outcome_ =
          end.fault == errc::timed_out ? Outcome::upstream_timeout : Outcome::upstream_aborted;
      break;
    default: outcome_ = Outcome::upstream_invalid;
  }
  if (end.kind != Kind::sink_failed && !request_.is_client_gone())
    log_cut_response(context_, exchange_, call_.request_id(), call_.status(), outcome_,
                     attempt_->upstream().authority());
  // A body that ends by the connection's close must not seem complete.
  if (end.kind != Kind::sink_failed && ends_by_close(form, framing)) exchange_.client().reset();
  attempt_->leave();
}

}  // namespace llmgw::proxy
