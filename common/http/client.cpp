// SPDX-License-Identifier: MIT
// Requests over one kept connection.
#include "common/http/client.hpp"

#include <algorithm>

#include "common/async/spawn.hpp"
#include "common/http/body_decoder.hpp"
#include "common/http/head_reader.hpp"
#include "common/http/hop_by_hop.hpp"
#include "common/text/case_blind.hpp"

namespace llmgw::http {
namespace {

std::chrono::milliseconds until(std::chrono::steady_clock::time_point end) noexcept {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(0));
}

std::string_view value_of(const ResponseHead& head, std::string_view name) noexcept {
  for (const Field& each : head.fields)
    if (equals_ignoring_case(each.name, name)) return each.value;
  return {};
}

}  // namespace

Task<Result<Response>> Client::request(Request request, Limits limits) {
  const Clock::time_point end = Clock::now() + limits.all;
  std::string head;
  head.append(request.method).append(" ").append(request.path).append(" HTTP/1.1\r\n");
  append_field(head, "Host", server_.authority);
  if (!request.content_type.empty()) append_field(head, "Content-Type", request.content_type);
  if (!request.content_encoding.empty())
    append_field(head, "Content-Encoding", request.content_encoding);
  if (!request.authorization.empty()) append_field(head, "Authorization", request.authorization);
  if (!request.body.empty())
    append_field(head, "Content-Length", std::to_string(request.body.size()));
  head.append("\r\n");

  if (stream_ && stream_->is_stale()) stream_.reset();
  const bool is_new = stream_ == nullptr;
  if (is_new) {
    const Result<void> opened = co_await open(limits, end);
    if (opened.has_error()) {
      begin_anew();
      co_return opened.error();
    }
  }
  // No deadline of the loop, which may be two ticks late: who waits here waits for all that
  // follows.
  Alarm limit(loop_);
  limit.set(until(end), [this] { stream_->close(errc::timed_out); });
  if (is_new && tls_ != nullptr) {
    const Result<void> secured = co_await stream_->start_tls(*tls_, server_.host);
    if (secured.has_error()) {
      begin_anew();
      co_return secured.error();
    }
  }
  auto response = co_await exchange(head, request.body);
  if (response.has_error()) begin_anew();
  co_return response;
}

void Client::cancel() noexcept {
  attempt_.cancel();
  if (stream_) stream_->close();
}

// A name server that is silent costs a server that may have moved no more than a connection would:
// then the last addresses known are tried.
Task<Result<std::vector<Endpoint>>> Client::look_up(Limits limits, Clock::time_point end) {
  if (doubtful_) {
    auto anew = co_await book_.get_anew(limits.connect, &attempt_);
    if (anew.has_value()) doubtful_ = false;
    if (anew.has_value() || anew.error() == errc::cancelled) co_return anew;
  }
  auto known = co_await book_.get(until(end), &attempt_);
  co_return known;
}

Task<Result<void>> Client::open(Limits limits, Clock::time_point end) {
  const auto addresses = co_await look_up(limits, end);
  if (addresses.has_error()) co_return addresses.error();
  auto stream =
      co_await connect(loop_, *addresses, std::min(limits.connect, until(end)), &attempt_);
  if (stream.has_error()) co_return stream.error();
  stream_ = std::move(*stream);
  co_return Result<void>();
}

// The answer is read while the request is still being sent: a server may refuse a body that it has
// not read, and then it need not read it (RFC 9112 section 9.5).
Task<Result<Response>> Client::exchange(std::string_view head, std::string_view body) {
  Child sending;
  Result<void> sent;
  sending.start(send(head, body, sent));
  auto response = co_await read_response();
  const bool is_whole = sending.is_done();
  if (!is_whole) stream_->close();
  co_await sending.join();
  if (response.has_error()) co_return sent.has_error() ? sent.error() : response.error();
  if (!is_whole || sent.has_error() || !keep_) stream_.reset();
  co_return response;
}

Task<void> Client::send(std::string_view head, std::string_view body, Result<void>& sent) {
  Gather& pieces = loop_.gather();
  pieces.add(head);
  pieces.add(body);
  sent = co_await stream_->write(pieces);
}

Task<Result<Response>> Client::read_response() {
  FieldStorage fields;
  HeadReader reader;
  ResponseHead parsed;
  std::string_view input;
  constexpr std::chrono::milliseconds same_deadline{0};
  do {
    const auto bytes = co_await reader.read(*stream_, same_deadline, same_deadline);
    if (bytes.has_error()) co_return bytes.error();
    const auto answer = parse_response_head(bytes->head, fields, false);
    if (answer.has_error()) co_return answer.error();
    parsed = *answer;
    input = bytes->rest;
    if (parsed.status < 200) stream_->unread(input);
  } while (parsed.status < 200);

  Response response{parsed.status, {}, std::string(value_of(parsed, "Retry-After"))};
  keep_ = parsed.keep_alive;
  BodyDecoder decoder(parsed.framing);
  for (;;) {
    const BodyDecoder::Piece piece = decoder.next(input);
    if (piece.kind == BodyDecoder::Kind::fault) co_return errc::malformed_message;
    if (piece.kind == BodyDecoder::Kind::end) break;
    if (piece.kind == BodyDecoder::Kind::payload) response.body.append(piece.bytes);
    if (response.body.size() > body_most) co_return errc::body_too_large;
    if (piece.kind != BodyDecoder::Kind::need_more) continue;
    const auto more = co_await stream_->read();
    if (more.has_value()) {
      input = *more;
    } else if (more.error() != errc::connection_closed || !decoder.finish_at_close()) {
      co_return more.error();
    }
  }
  keep_ = keep_ && input.empty();
  co_return response;
}

}  // namespace llmgw::http
