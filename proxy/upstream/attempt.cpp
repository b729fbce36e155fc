// SPDX-License-Identifier: MIT
// The request of an attempt: edited where that may be, and sent.
#include "proxy/upstream/attempt.hpp"

#include <chrono>

namespace llmgw::proxy {

Attempt::Attempt(Upstream& upstream, ClientRequest& request, Form form) noexcept
    : upstream_(upstream), request_(request), form_(form) {}

Task<AttemptEnd> Attempt::run() {
  if (may_edit()) co_await edit();
  if (!has_failed() && !send_on_idle_connection(compose())) co_await send_on_fresh_connection();
  if (!has_failed()) go_on_sending();
  while (!has_failed() && !state_.is_answered) {
    const auto patience = patience_for_head();
    const auto bytes = co_await heads_.read(stream(), patience, patience);
    if (take_head(bytes)) co_await pass_interim();
  }
  if (may_be_refused()) co_await look_for_refusal();
  if (state_.is_answered && !state_.is_edit_refused) note_answer();
  co_return conclude();
}

AttemptEnd Attempt::conclude() const noexcept {
  AttemptState state = state_;
  state.has_client = !request_.is_client_gone();
  return {judge(state), state.failure};
}

// By the body as far as it is there, then by the head.
bool Attempt::may_edit() const noexcept {
  const RequestEdit* const edit = upstream_.edit();
  if (edit == nullptr || form_ == Form::as_meant || !request_.may_be_edited_by(*edit)) return false;
  const http::RequestHead& head = request_.exchange().head();
  return head.framing.kind != http::Framing::Kind::none &&
         head.framing.length <= HeldRequest::limit && edit->may_concern(head);
}

// The length of an edited body has to be told before its first byte, and whether it is edited may
// depend on its last: it is read whole, up to a limit.
Task<void> Attempt::edit() {
  const RequestEdit& edit = *upstream_.edit();
  if (request_.held() == nullptr) request_.hold(request_.workspace().bytes_to_edit);
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
  if (is_edited_) {
    changes.is_uncoded = true;
    changes.length = held->edited_size();
  }
  upstream_.append_head(head, request_.exchange().head(), changes);
  if (held == nullptr) {
    request_.arrived().put(0, head);
    return request_.arrived();
  }
  Gather& out = request_.client().loop().gather();
  out.add(head);
  is_edited_ ? held->add_edited(out) : held->add_as_came(out);
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
  if (request_.held() == nullptr) request_.hold(request_.workspace().bytes_to_connect);
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
  stream().read_expires_after(upstream_.silence());
  const Result<bool> sent = stream().send(out);
  has_sent_all_ = sent.has_error() || *sent;
  state_.is_sent = sent.has_value() || stream().bytes_sent() != before;
  return sent.has_error() ? errc_of(sent.error()) : errc::ok;
}

// The rest goes on beside the answer, as the upstream may answer early.
void Attempt::go_on_sending() {
  if (!is_edited_) request_.let_go();
  request_.watch_client();
  if (!request_.is_client_gone() && !(request_.is_complete() && has_sent_all_))
    pump_.start(request_, stream(), upstream_.silence());
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

void Attempt::give_back() { upstream_.pool().give_back(connection_); }

bool Attempt::is_limited() const noexcept {
  if (connecting_ != nullptr) return connecting_->is_under_way();
  return connection_ && connection_->stream().is_limited();
}

}  // namespace llmgw::proxy
