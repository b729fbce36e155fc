// SPDX-License-Identifier: MIT
// Taking, holding and reading on.
#include "proxy/upstream/client_request.hpp"

#include "common/http/body_pace.hpp"

namespace llmgw::proxy {

ClientRequest::ClientRequest(http::Exchange& exchange, Taps taps, CloseListener& listener,
                             std::uint64_t most, Workspace& workspace) noexcept
    : exchange_(exchange),
      taps_(taps),
      listener_(listener),
      workspace_(workspace),
      most_(most),
      minor_version_(exchange.head().minor_version),
      is_head_(exchange.head().method == "HEAD") {}

errc ClientRequest::take_arrived() {
  Gather& out = client().loop().gather();
  out.reserve();
  arrived_ = &out;
  const std::string_view input = exchange_.buffered();
  exchange_.take_buffered();
  return take(input, out);
}

errc ClientRequest::take(std::string_view input, Gather& out) {
  const ReframeStep step = reframe(exchange_.body(), input, BodyForm::as_received, taps_.tap, out);
  if (step == ReframeStep::fault) return errc::malformed_message;
  if (exchange_.body().payload_bytes() > most_) return errc::body_too_large;
  if (held_ != nullptr) held_->append(out.pieces());
  if (step == ReframeStep::end) client().unread(input);
  return errc::ok;
}

namespace {

// Whether more is to come.
bool forget_some(http::BodyDecoder& body, std::string_view& input) {
  using Kind = http::BodyDecoder::Kind;
  for (;;) {
    const Kind kind = body.next(input).kind;
    if (kind == Kind::need_more) return true;
    if (kind == Kind::end || kind == Kind::fault) return false;
  }
}

}  // namespace

// A client that waits to be told to send it would wait for the answer instead.
bool ClientRequest::may_be_forgotten() const noexcept {
  const http::Framing& framing = exchange_.body().framing();
  return arrived_ == nullptr && !exchange_.is_body_consumed() &&
         !exchange_.head().expects_continue &&
         (framing.kind != http::Framing::Kind::length || framing.length <= most_forgotten);
}

Task<void> ClientRequest::forget() {
  exchange_.retain_head();
  http::BodyDecoder& body = exchange_.body();
  std::string_view input = exchange_.buffered();
  exchange_.take_buffered();
  client().read_expires_after(std::chrono::seconds(1));
  while (forget_some(body, input) && body.payload_bytes() <= most_forgotten) {
    const auto bytes = co_await client().read();
    if (bytes.has_error()) break;
    input = *bytes;
  }
  if (body.is_complete()) client().unread(input);
  client().expires_never();
}

void ClientRequest::hold() {
  exchange_.retain_head();
  held_ = std::make_unique<HeldRequest>(workspace_.held, exchange_.body().framing());
  held_->append(arrived_->pieces().subspan(1));
}

void ClientRequest::release() noexcept {
  held_.reset();
  exchange_.release_head();
}

bool ClientRequest::may_be_edited_by(const RequestEdit& edit) const noexcept {
  const bool is_all = is_complete() || taps_.scanner.is_done();
  return has_room() && edit.may_concern(facts(), is_all);
}

bool ClientRequest::has_room_for(const http::Framing& framing) const noexcept {
  const std::uint64_t come = exchange_.body().payload_bytes();
  const bool is_told = framing.kind == http::Framing::Kind::length && framing.length > come;
  return !is_told || workspace_.held.has_room_for(framing.length - come);
}

template <class Wants>
Task<errc> ClientRequest::read_while(Wants wants) {
  client().expires_without_progress(exchange_.progress_limit());
  if (exchange_.head().expects_continue && exchange_.body().payload_bytes() == 0 && wants())
    co_await tell_to_continue();
  http::BodyPace pace(exchange_.progress_limit(), http::Exchange::progress_bytes);
  Deadlines& deadlines = client().loop().deadlines();
  while (!is_client_gone_ && !is_complete() && wants()) {
    client().read_expires_after(pace.begin(deadlines.now()));
    const auto bytes = co_await client().read();
    if (bytes.has_error()) {
      if (bytes.error() == errc::timed_out) co_return errc::timed_out;
      is_client_gone_ = true;
      break;
    }
    pace.end(deadlines.now(), bytes->size());
    Gather& out = client().loop().gather();
    const errc fault = take(*bytes, out);
    if (fault != errc::ok) co_return fault;
  }
  client().expires_never();
  co_return errc::ok;
}

Task<errc> ClientRequest::read_rest_for(const RequestEdit& edit) {
  return read_while([this, &edit] { return may_be_edited_by(edit); });
}

Task<errc> ClientRequest::read_rest() {
  return read_while([this] { return has_room(); });
}

Task<errc> ClientRequest::read_up_to(std::uint64_t most) {
  return read_while([this, most] { return has_room() && exchange_.body().payload_bytes() < most; });
}

Task<void> ClientRequest::tell_to_continue() {
  is_told_to_continue_ = true;
  Gather& out = client().loop().gather();
  out.add("HTTP/1.1 100 Continue\r\n\r\n");
  const Result<void> sent = co_await client().write(out);
  is_client_gone_ = sent.has_error();
}

Task<RelayEnd> ClientRequest::relay_to(ByteStream& upstream, std::chrono::milliseconds silence) {
  const RelayLimits limits{exchange_.progress_limit(), silence, most_,
                           http::Exchange::progress_bytes};
  return relay_body(client(), upstream, exchange_.body(), BodyForm::as_received, taps_.tap, limits,
                    {}, {});
}

void ClientRequest::watch_client() {
  is_complete() ? client().watch(&listener_) : client().tell(&listener_);
}

}  // namespace llmgw::proxy
