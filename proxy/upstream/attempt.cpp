// SPDX-License-Identifier: MIT
// The request of an attempt: edited where that may be, and sent.
#include "proxy/upstream/attempt.hpp"

#include <chrono>

#include "proxy/upstream/cause.hpp"

namespace llmgw::proxy {

Attempt::Attempt(const AttemptTerms& terms, ClientRequest& request, Form form) noexcept
    : terms_(terms),
      upstream_(terms.upstreams.at(terms.upstream)),
      request_(request),
      form_(form) {}

Task<AttemptEnd> Attempt::run() {
  if (request_.held() != nullptr) {
    request_.held()->forget_edits();
  } else if (options().keeps_request) {
    request_.hold();
  }
  if (options().translated != nullptr) {
    co_await translate();
  } else if (names_another_model()) {
    co_await rename_model();
  }
  if (!has_failed() && may_edit()) co_await edit();
  if (!has_failed() && !send_on_idle_connection(compose())) co_await send_on_fresh_connection();
  if (!has_failed()) go_on_sending();
  while (!has_failed() && !state_.is_answered) {
    const auto patience = patience_for_head();
    const auto bytes = co_await heads_.read(stream(), patience, patience);
    if (take_head(bytes)) co_await pass_interim();
  }
  if (state_.is_answered) note_status();
  if (has_error_to_read()) {
    co_await look_at_error();
  } else if (has_first_event_to_wait_for()) {
    co_await look_at_first_event();
  }
  const AttemptEnd end = conclude();
  if (end.verdict == Verdict::pass_on) note_answer();
  if (end.verdict == Verdict::next) co_await drop_answer();
  co_return end;
}

AttemptEnd Attempt::conclude() const noexcept {
  AttemptState state = state_;
  state.has_client = !request_.is_client_gone();
  Cause cause = state.is_answered ? cause_ : cause_of(state.failure, state.is_sent);
  if (!state.has_client) cause = Cause::none;
  if (!state.is_answered) state.may_repeat = options().causes.contains(cause);
  return {judge(state), state.failure, status_, cause, wait_};
}

bool Attempt::names_another_model() const noexcept {
  return !options().model.empty() && options().model != request_.facts().model.view();
}

// The model's place is known once the body is there whole, and its length is told in front.
Task<void> Attempt::rename_model() {
  const bool is_whole = co_await hold_whole();
  if (!is_whole) co_return;
  is_renamed_ = request_.held()->rename_model(request_.exchange().head(), options().model);
  if (!is_renamed_) fail(Failure::Side::client, errc::malformed_message);
}

// Whether all of the body is there now.
Task<bool> Attempt::hold_whole() {
  if (request_.held() == nullptr) request_.hold();
  errc fault = errc::ok;
  if (!request_.is_complete()) fault = co_await request_.read_rest();
  if (fault == errc::ok && !request_.is_complete()) fault = errc::overloaded;
  if (fault != errc::ok) fail(Failure::Side::client, fault);
  co_return !has_failed();
}

Task<void> Attempt::translate() {
  const bool is_whole = co_await hold_whole();
  if (!is_whole) co_return;
  const Translation& translation = *upstream_.translation();
  translation_ = std::make_unique<Translated>();
  auto made = translation.translate(request_.held()->body(), *options().translated);
  if (auto* refusal = std::get_if<TranslationRefusal>(&made)) {
    translation_->refusal = std::move(*refusal);
    co_return fail(Failure::Side::client, errc::malformed_message);
  }
  translation_->request = std::move(std::get<TranslatedRequest>(made));
  is_translated_ = true;
  translation.append_target(translation_->target, *options().translated,
                            translation_->request.is_stream);
  translation_->head = {translation_->target, upstream_.beta(), !translation_->request.is_stream};
  request_.held()->replace(std::move(translation_->request.body));
}

// By the body as far as it is there, then by the head.
bool Attempt::may_edit() const noexcept {
  const RequestEdit* const edit = upstream_.edit();
  if (edit == nullptr || is_translated_ || form_ == Form::as_meant ||
      !request_.may_be_edited_by(*edit))
    return false;
  const http::RequestHead& head = request_.exchange().head();
  return head.framing.kind != http::Framing::Kind::none && request_.has_room_for(head.framing) &&
         edit->may_concern(head);
}

// The length of an edited body has to be told before its first byte, and whether it is edited may
// depend on its last: it is read whole, as far as there is room.
Task<void> Attempt::edit() {
  const RequestEdit& edit = *upstream_.edit();
  if (request_.held() == nullptr) request_.hold();
  if (!request_.is_complete()) {
    const errc fault = co_await request_.read_rest_for(edit);
    if (fault != errc::ok) co_return fail(Failure::Side::client, fault);
    if (request_.is_client_gone()) co_return;
  }
  const std::string_view model = request_.facts().model.view();
  is_edited_ = request_.is_complete() && request_.may_be_edited_by(edit) &&
               !upstream_.refusals().contains(model, std::chrono::steady_clock::now()) &&
               request_.held()->edit(edit);
  if (is_edited_) upstream_.counts().usage_asked.add();
}

// What is there of the request, with a head for this upstream.
Gather& Attempt::compose() {
  std::string& head = request_.workspace().head_out;
  head.clear();
  HeldRequest* const held = request_.held();
  HeadChanges changes;
  changes.is_uncoded = is_edited_ || is_translated_;
  if (is_translated_) changes.translated = &translation_->head;
  if (is_edited_ || is_renamed_ || is_translated_) changes.length = held->edited_size();
  upstream_.append_head(head, request_.exchange().head(),
                        terms_.upstreams.credentials(terms_.upstream, terms_.key),
                        options().model_in_target, changes);
  if (held == nullptr) {
    request_.arrived().put(0, head);
    return request_.arrived();
  }
  Gather& out = request_.client().loop().gather();
  out.add(head);
  is_edited_ || is_renamed_ || is_translated_ ? held->add_edited(out) : held->add_as_came(out);
  return out;
}

// A connection that turns out to be dead and has taken nothing is no loss.
bool Attempt::send_on_idle_connection(Gather& out) {
  while ((connection_ = upstream_.pool().take_idle()) != nullptr) {
    (void)send_some(out);
    if (state_.is_sent) return true;
  }
  return false;
}

// Connecting takes suspensions, so the request is held meanwhile.
Task<void> Attempt::send_on_fresh_connection() {
  if (request_.held() == nullptr) request_.hold();
  request_.watch_client_now();
  ConnectAttempt connecting;
  if (request_.is_client_gone()) co_return;
  connecting_ = &connecting;
  auto opened = co_await upstream_.pool().open(connecting);
  connecting_ = nullptr;
  if (request_.is_client_gone()) co_return;
  if (opened.has_error()) co_return fail(Failure::Side::connection, errc_of(opened.error()));
  connection_ = std::move(*opened);
  const errc fault = send_some(compose());
  if (!state_.is_sent) fail(Failure::Side::upstream, fault);
}

// Sends what the socket takes at once. Where something was taken, the answer, if there is one, says
// what became of it, also if the rest fails.
errc Attempt::send_some(Gather& out) {
  const std::uint64_t before = stream().bytes_sent();
  stream().read_expires_after(upstream_.head_limit());
  const Result<bool> sent = stream().send(out);
  has_sent_all_ = sent.has_error() || *sent;
  state_.is_sent = sent.has_value() || stream().bytes_sent() != before;
  return sent.has_error() ? errc_of(sent.error()) : errc::ok;
}

// The rest goes on beside the answer, as the upstream may answer early.
void Attempt::go_on_sending() {
  if (!is_edited_ && !is_renamed_ && !is_translated_ && !options().keeps_request) request_.let_go();
  request_.watch_client();
  if (!request_.is_client_gone() && !(request_.is_complete() && has_sent_all_))
    pump_.start(request_, stream(), upstream_.head_limit());
}

Task<void> Attempt::end_sending() {
  pump_.announce_end();
  request_.client().interrupt_read();
  if (pump_.is_running()) leave();
  co_await pump_.join();
}

void Attempt::leave() noexcept {
  if (connecting_ != nullptr) connecting_->cancel();
  if (connection_) stream().close();
}

void Attempt::expire() noexcept {
  is_expired_ = true;
  if (connecting_ != nullptr) connecting_->cancel();
  if (connection_) stream().close(errc::timed_out);
}

void Attempt::give_back() { upstream_.pool().give_back(connection_); }

bool Attempt::is_limited() const noexcept {
  if (connecting_ != nullptr) return connecting_->is_under_way();
  return connection_ && connection_->stream().is_limited();
}

}  // namespace llmgw::proxy
