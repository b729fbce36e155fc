// SPDX-License-Identifier: MIT
// Requests over one kept connection.
#include "common/http/client.hpp"

#include <algorithm>

#include "common/async/spawn.hpp"

namespace llmgw::http {
namespace {

std::chrono::milliseconds until(std::chrono::steady_clock::time_point end) noexcept {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(0));
}

Task<void> send(ByteStream& stream, std::string_view head, std::string_view body,
                Result<void>& sent) {
  Gather& pieces = stream.loop().gather();
  pieces.add(head);
  pieces.add(body);
  sent = co_await stream.write(pieces);
}

}  // namespace

Task<Result<void>> read_answer(ByteStream& stream, ResponseReader& reader) {
  for (;;) {
    const auto bytes = co_await stream.read();
    if (bytes.has_error() && bytes.error() == errc::connection_closed) co_return reader.take_end();
    if (bytes.has_error()) co_return bytes.error();
    const auto is_whole = reader.take(*bytes);
    if (is_whole.has_error()) co_return is_whole.error();
    if (*is_whole) co_return Result<void>();
  }
}

Task<Result<Response>> Client::request(Request request, Limits limits) {
  const Clock::time_point end = Clock::now() + limits.all;
  const std::string head = head_of(request, server_.authority);

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
  auto response = co_await exchange(head, request.body, limits.body_most);
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
Task<Result<Response>> Client::exchange(std::string_view head, std::string_view body,
                                        std::size_t body_most) {
  Child sending;
  Result<void> sent;
  sending.start(send(*stream_, head, body, sent));
  ResponseReader reader(body_most);
  const Result<void> came = co_await read_answer(*stream_, reader);
  const bool is_whole = sending.is_done();
  if (!is_whole) stream_->close();
  co_await sending.join();
  if (came.has_error()) co_return sent.has_error() ? sent.error() : came.error();
  if (!is_whole || sent.has_error() || !reader.keeps_alive()) stream_.reset();
  co_return reader.response();
}

}  // namespace llmgw::http
