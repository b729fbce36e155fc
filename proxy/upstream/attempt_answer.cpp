// SPDX-License-Identifier: MIT
// The answer of an attempt: its head, and the one answer that is not passed on, which is a refusal
// of what only the gateway asked for.
#include "common/log/log.hpp"
#include "proxy/upstream/attempt.hpp"
#include "proxy/upstream/response_head.hpp"

namespace llmgw::proxy {
namespace {

// Responses before the answer. A server that says every few seconds that it is at work takes an
// hour to send as many.
constexpr unsigned most_interims = 500;

}  // namespace

// Zero while the request is still being sent: it is not the upstream that is waited for.
std::chrono::milliseconds Attempt::patience_for_head() noexcept {
  if (!pump_.is_running()) return upstream_.silence();
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
  return is_edited_ && state_.is_answered &&
         upstream_.dialect().meaning_of(status) == StatusMeaning::may_be_refusal;
}

// The request was refused as a whole, so it may be sent again; as the client meant it, then.
// Whatever is answered to that is the client's.
Task<void> Attempt::look_for_refusal() {
  Workspace& workspace = request_.workspace();
  held_answer_ =
      std::make_unique<HeldAnswer>(workspace.answer_bytes.head, workspace.answer_bytes.rest);
  HeldAnswer& held = *held_answer_;
  const http::ResponseHead head = workspace.answer;
  const std::string text = co_await held.read_text(stream(), head, upstream_.silence());
  if (request_.is_client_gone()) co_return;
  state_.is_edit_refused = upstream_.edit()->is_refusal(text);
  if (state_.is_edit_refused) {
    upstream_.counts().usage_refused.add();
    if (held.is_whole()) give_back();
    if (is_sending()) co_await end_sending();
    co_return;
  }
  // A head that was read once is read again without a fault.
  workspace.answer =
      http::parse_response_head(held.head(), workspace.response_fields, request_.is_head()).value();
  workspace.answer_bytes = {held.head(), held.rest()};
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
