// SPDX-License-Identifier: MIT
// Bodies: the one place where an end point reads them, with their budget, pace and 100 (Continue).
#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>

#include "common/http/body_pace.hpp"
#include "common/http/endpoint_connection.hpp"

namespace llmgw::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

// Room for all of a body is asked for once this much of it is there: memory that is set aside for
// many thousands of bodies that never come would run out as well.
constexpr std::size_t first_room = 32 * 1024;

void make_room(std::string& body, std::size_t more, std::uint64_t whole) {
  const std::size_t needed = body.size() + more;
  if (needed <= body.capacity()) return;
  body.reserve(needed > first_room ? whole : std::min<std::uint64_t>(whole, first_room));
}

// How much is received into the string at a time: not much more than what has come already, as its
// bytes are zeroed before.
std::size_t next_piece(std::size_t there, std::uint64_t left) noexcept {
  constexpr std::size_t least = 4 * 1024;
  constexpr std::size_t most = 256 * 1024;
  return static_cast<std::size_t>(std::min<std::uint64_t>(left, std::clamp(there, least, most)));
}

}  // namespace

Task<Result<std::string>> EndpointConnection::read_body(std::size_t most, BodyShare* share) {
  if (body_left_ > most) co_return errc::body_too_large;
  if (head().expects_continue && buffer_.size() == 0 && !is_body_there()) {
    const Result<void> sent = co_await write(asio::buffer(go_on));
    if (sent.has_error()) co_return sent.error();
  }
  if (head().is_chunked) co_return co_await read_chunks(most, share);
  co_return co_await read_counted(share);
}

// What came with the head is copied, all else received where it stays.
Task<Result<std::string>> EndpointConnection::read_counted(BodyShare* share) {
  const std::uint64_t whole = body_left_;
  std::string body;
  BodyPace pace(progress_, progress_bytes);
  while (body_left_ > 0) {
    std::size_t count = std::min<std::uint64_t>(buffer_.size(), body_left_);
    if (count > 0) {
      make_room(body, count, whole);
      body.append(static_cast<const char*>(buffer_.cdata().data()), count);
      buffer_.consume(count);
    } else {
      give_buffer();
      const std::size_t before = body.size();
      const std::size_t piece = next_piece(before, body_left_);
      make_room(body, piece, whole);
      body.resize(before + piece);
      expires_after(pace.begin(loop_.deadlines().now()));
      const auto came = co_await receive(asio::buffer(body.data() + before, piece));
      if (came.has_error()) co_return came.error();
      count = *came;
      pace.end(loop_.deadlines().now(), count);
      body.resize(before + count);
    }
    body_left_ -= count;
    if (share != nullptr && !share->take(count)) co_return errc::overloaded;
  }
  co_return body;
}

Task<Result<std::string>> EndpointConnection::read_chunks(std::size_t most, BodyShare* share) {
  std::string body;
  BodyPace pace(progress_, progress_bytes);
  parser_->collect(body, most, share);
  for (;;) {
    const auto is_whole = parser_->take_chunks(buffer_);
    is_broken_ = is_whole.has_error();
    if (is_broken_) co_return is_whole.error();
    if (*is_whole) co_return body;
    expires_after(pace.begin(loop_.deadlines().now()));
    const auto came = co_await fill();
    if (came.has_error()) co_return came.error();
    pace.end(loop_.deadlines().now(), *came);
  }
}

bool EndpointConnection::is_body_there() const noexcept {
  if (is_broken_) return false;
  return head().is_chunked ? parser_->is_done() : body_left_ <= buffer_.size();
}

void EndpointConnection::skip_body() noexcept {
  buffer_.consume(static_cast<std::size_t>(body_left_));
  body_left_ = 0;
}

}  // namespace llmgw::http
