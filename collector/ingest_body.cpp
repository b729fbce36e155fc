// SPDX-License-Identifier: MIT
// Exchange::read_body with each piece accounted for as it comes, not as it is announced: what a
// client says it will send costs nothing yet.
#include "collector/ingest_body.hpp"

#include <algorithm>

#include "common/http/body_pace.hpp"

namespace llmgw::collector {
namespace {

using http::BodyDecoder;
using http::Exchange;

Task<Result<void>> send_continue(Exchange& exchange) {
  Gather& pieces = exchange.loop().gather();
  pieces.add("HTTP/1.1 100 Continue\r\n\r\n");
  exchange.client().expires_without_progress(Exchange::progress_timeout);
  const Result<void> sent = co_await exchange.client().write(pieces);
  exchange.client().write_expires_never();
  co_return sent;
}

// Room for all of a body is asked for once this much of it is there: memory that is set aside for
// many thousands of bodies that never come would run out as well.
constexpr std::size_t first_room = 64 * 1024;

void append(std::string& body, std::string_view bytes, const http::Framing& framing) {
  const bool is_known = framing.kind == http::Framing::Kind::length;
  if (is_known && body.size() + bytes.size() > body.capacity())
    body.reserve(body.size() + bytes.size() > first_room
                     ? framing.length
                     : std::min<std::size_t>(framing.length, first_room));
  body.append(bytes);
}

}  // namespace

Task<Result<std::string>> read_body(Exchange& exchange, std::size_t most, BodyShare& share) {
  const http::Framing framing = exchange.head().framing;
  const bool has_length = framing.kind == http::Framing::Kind::length;
  if (has_length && framing.length > most) co_return errc::body_too_large;
  const std::string early(exchange.buffered());  // sending 100 (Continue) may suspend
  exchange.take_buffered();
  if (exchange.head().expects_continue && early.empty()) {
    const Result<void> sent = co_await send_continue(exchange);
    if (sent.has_error()) co_return sent.error();
  }
  std::string body;
  const Deadlines& clock = exchange.loop().deadlines();
  http::BodyPace pace(Exchange::progress_timeout, Exchange::progress_bytes);
  std::string_view input = early;
  for (;;) {
    const BodyDecoder::Piece piece = exchange.body().next(input);
    switch (piece.kind) {
      case BodyDecoder::Kind::payload:
        if (body.size() + piece.bytes.size() > most) co_return errc::body_too_large;
        if (!share.take(piece.bytes.size())) co_return errc::overloaded;
        append(body, piece.bytes, framing);
        break;
      case BodyDecoder::Kind::framing: break;
      case BodyDecoder::Kind::end: exchange.client().unread(input); co_return body;
      case BodyDecoder::Kind::fault: co_return errc::malformed_message;
      case BodyDecoder::Kind::need_more: {
        exchange.client().read_expires_after(pace.begin(clock.now()));
        const auto more = co_await exchange.client().read();
        exchange.client().read_expires_never();
        if (more.has_error()) co_return more.error();
        pace.end(clock.now(), more->size());
        input = *more;
      }
    }
  }
}

}  // namespace llmgw::collector
