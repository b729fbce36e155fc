// SPDX-License-Identifier: MIT
// Exchange::read_body with each piece accounted for as it comes, not as it is announced: what a
// client says it will send costs nothing yet.
#include "collector/ingest_body.hpp"

namespace llmgw::collector {
namespace {

using http::BodyDecoder;
using http::Exchange;

Task<Result<void>> send_continue(Exchange& exchange) {
  Gather& pieces = exchange.loop().gather();
  pieces.add("HTTP/1.1 100 Continue\r\n\r\n");
  exchange.client().expires_after(Exchange::progress_timeout);
  const Result<void> sent = co_await exchange.client().write(pieces);
  exchange.client().expires_never();
  co_return sent;
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
  if (has_length) body.reserve(framing.length);
  std::string_view input = early;
  for (;;) {
    const BodyDecoder::Piece piece = exchange.body().next(input);
    switch (piece.kind) {
      case BodyDecoder::Kind::payload:
        if (body.size() + piece.bytes.size() > most) co_return errc::body_too_large;
        if (!share.take(piece.bytes.size())) co_return errc::overloaded;
        body.append(piece.bytes);
        break;
      case BodyDecoder::Kind::framing: break;
      case BodyDecoder::Kind::end: exchange.client().unread(input); co_return body;
      case BodyDecoder::Kind::fault: co_return errc::malformed_message;
      case BodyDecoder::Kind::need_more: {
        exchange.client().expires_after(Exchange::progress_timeout);
        const auto more = co_await exchange.client().read();
        exchange.client().expires_never();
        if (more.has_error()) co_return more.error();
        input = *more;
      }
    }
  }
}

}  // namespace llmgw::collector
