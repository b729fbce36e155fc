// SPDX-License-Identifier: MIT
// The answer of an attempt: its head, and the answers that are not passed on: a refusal of what
// only the gateway asked for, and what another target may do better.
#include "common/log/log.hpp"
#include "proxy/http/media_type.hpp"
#include "proxy/upstream/attempt.hpp"
#include "proxy/upstream/cause.hpp"
#include "proxy/upstream/response_head.hpp"

namespace llmgw::proxy {
namespace {

// Responses before the answer. A server that says every few seconds that it is at work takes an
// hour to send as many.
constexpr unsigned most_interims = 500;

// How long the head of a stream is held back for its first event, where nothing else is said.
constexpr std::chrono::seconds longest_hold{15};

}  // namespace

// Zero while the request is still being sent: it is not the upstream that is waited for.
std::chrono::milliseconds Attempt::patience_for_head() noexcept {
  if (!pump_.is_running()) return upstream_.head_limit();
  stream().read_expires_never();
  return std::chrono::milliseconds(0);
}

// Leaves the head in the workspace; true if it is one before the answer's.
bool Attempt::take_head(const Result<http::HeadBytes>& bytes) {
  const auto no_answer = [this](errc fault) {
    fail(Failure::Side::upstream, fault);
    return false;
  };
  if (bytes.has_error()) {
    // Interim responses without the one they announce are no answer (RFC 9110 section 15.2).
    const bool is_none = interims_ > 0 && bytes.error() == errc::connection_closed;
    return no_answer(is_none ? errc::malformed_message : errc_of(bytes.error()));
  }
  Workspace& workspace = request_.workspace();
  const auto head =
      http::parse_response_head(bytes->head, workspace.response_fields, request_.is_head());
  if (head.has_error()) return no_answer(errc_of(head.error()));
  workspace.answer = *head;
  workspace.answer_bytes = *bytes;
  state_.is_answered = head->status >= 200;
  if (state_.is_answered) return false;
  // 101 answers an Upgrade, and none was sent; and at some time an answer has to come.
  if (head->status == 101 || interims_++ == most_interims)
    return no_answer(errc::malformed_message);
  stream().unread(bytes->rest);
  return true;
}

// Any number of 1xx may come before the answer (RFC 9110 section 15.2); an HTTP/1.0 client knows
// none.
Task<void> Attempt::pass_interim() {
  const http::ResponseHead& head = request_.workspace().answer;
  const bool is_known = head.status == 100 && request_.is_told_to_continue();
  if (is_known || request_.client_minor_version() == 0) co_return;
  std::string& bytes = request_.workspace().head_out;
  bytes.clear();
  append_response_head(bytes, head, BodyForm::as_received, {}, true,
                       request_.client_minor_version());
  ByteStream& client = request_.client();
  Gather& out = client.loop().gather();
  out.add(bytes);
  client.expires_without_progress(request_.exchange().progress_limit());
  const Result<void> sent = co_await client.write(out);
  if (sent.has_error()) request_.note_client_gone();
}

bool Attempt::may_be_refused() const noexcept {
  const int status = request_.workspace().answer.status;
  return is_edited_ && upstream_.dialect().meaning_of(status) == StatusMeaning::may_be_refusal;
}

// Whether the client will be better served by another attempt than by this answer.
bool Attempt::may_follow(Cause cause) const noexcept {
  if (options().causes.contains(cause)) return true;
  return cause == Cause::rate_limit && wait_ && options().wait_max && *wait_ <= *options().wait_max;
}

void Attempt::note_status() {
  const http::ResponseHead& head = request_.workspace().answer;
  status_ = head.status;
  cause_ = cause_of_status(status_);
  if (cause_ == Cause::rate_limit) wait_ = wait_of(head);
}

// Whether what it says may lead to another attempt, or has to be said otherwise.
bool Attempt::has_error_to_read() const noexcept {
  if (!state_.is_answered || status_ < 300) return false;
  return is_translated_ || may_be_refused() || may_follow(cause_) ||
         is_cause_in_text(status_, options().causes);
}

// The request was refused as a whole, so it may be sent again; as the client meant it, then, or
// translated otherwise, or to another target. Whatever else is answered to it is the client's.
Task<void> Attempt::look_at_error() {
  hold_answer();
  const http::ResponseHead head = request_.workspace().answer;
  const bool may_be_of_edit = may_be_refused();
  const std::string text = co_await held_answer_->read_text(stream(), head, upstream_.idle_limit());
  if (request_.is_client_gone()) co_return;
  if (may_be_of_edit && upstream_.edit()->is_refusal(text)) {
    state_.refused = Refused::edit;
    upstream_.counts().usage_refused.add();
    co_return co_await drop_answer();
  }
  cause_ = cause_in(text);
  if (learns_from_error()) {
    state_.refused = Refused::translation;
    co_return co_await drop_answer();
  }
  state_.may_repeat = may_follow(cause_);
  if (!state_.may_repeat) pass_held_answer();
}

// A translated error has its status and its words from the dialect's own.
Cause Attempt::cause_in(std::string_view text) {
  if (!is_translated_) return cause_of_error(status_, text);
  translation_->error = upstream_.translation()->error(status_, text);
  const std::string& code = translation_->error->code;
  if (code == "upstream_auth_failed" || code == "insufficient_quota") return Cause::key;
  if (code == "context_length_exceeded") return Cause::context;
  if (!wait_ && translation_->error->retry_after_ms)
    wait_ = std::chrono::milliseconds(*translation_->error->retry_after_ms);
  return cause_of_status(translation_->error->status);
}

// Whether it says how the request has to be translated instead.
bool Attempt::learns_from_error() {
  if (!is_translated_ || status_ != 400 || is_expired_) return false;
  translation_->lesson = upstream_.translation()->lesson(
      *translation_->error, *options().translated, translation_->request);
  if (!translation_->lesson) return false;
  upstream_.counts().lessons[static_cast<std::size_t>(translation_->lesson->kind)].add();
  return true;
}

bool Attempt::has_first_event_to_wait_for() const noexcept {
  if (!state_.is_answered) return false;
  const http::ResponseHead& head = request_.workspace().answer;
  const bool is_wanted = is_translated_ || options().causes.contains(Cause::overloaded) ||
                         upstream_.first_token_limit() > std::chrono::milliseconds(0);
  return is_wanted && head.status == 200 &&
         http::is_event_stream(head.value(http::FieldId::content_type)) &&
         head.value(http::FieldId::content_encoding).empty();
}

// A stream that fails before it said anything is an answer that can still be another one.
Task<void> Attempt::look_at_first_event() {
  const auto limit = upstream_.first_token_limit();
  const bool is_limited = limit > std::chrono::milliseconds(0);
  hold_answer();
  const http::ResponseHead head = request_.workspace().answer;
  const auto first =
      co_await held_answer_->read_first_event(stream(), head, is_limited ? limit : longest_hold);
  if (request_.is_client_gone()) co_return;
  const errc fault = held_answer_->fault();
  if (fault != errc::ok && (fault != errc::timed_out || is_limited)) {
    state_.is_answered = false;
    co_return fail(Failure::Side::upstream, fault);
  }
  if (first == FirstEvent::Kind::error) cause_ = Cause::overloaded;
  if (first != FirstEvent::Kind::output && is_translated_) take_early_error(head);
  state_.may_repeat = options().causes.contains(cause_);
  if (!state_.may_repeat) pass_held_answer();
}

// What comes as the first event of a stream is an error with a status after all, and so is a stream
// that ends without any.
void Attempt::take_early_error(const http::ResponseHead& head) {
  const AnswerTerms nobody;
  const auto stream = upstream_.translation()->stream(nobody, HeldAnswer::most_held);
  std::string nothing;
  auto state = stream->pass(held_answer_->payload(head.framing), nothing);
  if (held_answer_->is_complete()) state = stream->finish(true, {}, nothing);
  if (state != StreamTranslation::State::failed) return;
  translation_->error = stream->error();
  status_ = translation_->error->status;
  cause_ = cause_of_status(status_);
  if (translation_->error->retry_after_ms)
    wait_ = std::chrono::milliseconds(*translation_->error->retry_after_ms);
}

void Attempt::hold_answer() {
  const http::HeadBytes& bytes = request_.workspace().answer_bytes;
  held_answer_ = std::make_unique<HeldAnswer>(bytes.head, bytes.rest);
}

// A head that was read once is read again without a fault.
void Attempt::pass_held_answer() {
  Workspace& workspace = request_.workspace();
  const HeldAnswer& held = *held_answer_;
  workspace.answer =
      http::parse_response_head(held.head(), workspace.response_fields, request_.is_head()).value();
  workspace.answer_bytes = {held.head(), held.rest()};
}

// Of no interest any more, or kept for later as far as it is held. Many a server closes behind a
// request that it refuses and does not say so: what follows on a refusal at once would be lost
// there.
Task<void> Attempt::drop_answer() {
  if (is_sending()) co_await end_sending();
  const bool may_stay = state_.refused == Refused::nothing && held_answer_ != nullptr;
  if (connection_ && may_stay && held_answer_->is_whole()) give_back();
  if (connection_) leave();
}

// It is passed on, so nothing will be sent again. Only success proves that it was the edit that was
// refused before: no more of it for this model, for a while.
void Attempt::note_answer() {
  const int status = request_.workspace().answer.status;
  request_.let_go();
  if (form_ != Form::as_meant || status < 200 || status >= 300) return;
  const std::string_view model = request_.facts().model.view();
  upstream_.refusals().add(model, std::chrono::steady_clock::now());
  log::debug("streams of this model are not asked for usage", {{"model", model}});
}

}  // namespace llmgw::proxy
