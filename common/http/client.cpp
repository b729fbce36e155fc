// SPDX-License-Identifier: MIT
// Requests over one kept connection.
#include "common/http/client.hpp"

#include "common/http/body_decoder.hpp"
#include "common/http/head_reader.hpp"
#include "common/http/hop_by_hop.hpp"

namespace llmgw::http {

Task<Result<Response>> Client::request(std::string_view method, std::string_view path,
                                       std::string_view content_type, std::string_view body,
                                       std::chrono::milliseconds limit) {
  std::string head;
  head.append(method).append(" ").append(path).append(" HTTP/1.1\r\n");
  append_field(head, "Host", server_.authority);
  if (!content_type.empty()) append_field(head, "Content-Type", content_type);
  if (!body.empty()) append_field(head, "Content-Length", std::to_string(body.size()));
  head.append("\r\n");

  if (stream_ && stream_->is_stale()) stream_.reset();
  if (!stream_) {
    const Result<void> opened = co_await open(limit);
    if (opened.has_error()) co_return opened.error();
  }
  stream_->expires_after(limit);
  auto response = co_await exchange(head, body);
  if (response.has_error()) stream_.reset();
  co_return response;
}

void Client::cancel() noexcept {
  attempt_.cancel();
  if (stream_) stream_->close();
}

Task<Result<void>> Client::open(std::chrono::milliseconds limit) {
  const auto addresses = co_await resolve(loop_, server_.host, server_.port);
  if (addresses.has_error()) co_return addresses.error();
  auto stream = co_await connect(loop_, *addresses, limit, &attempt_);
  if (stream.has_error()) co_return stream.error();
  stream_ = std::move(*stream);
  if (tls_ == nullptr) co_return Result<void>();
  stream_->expires_after(limit);
  const Result<void> secured = co_await stream_->start_tls(*tls_, server_.host);
  if (secured.has_error()) stream_.reset();
  co_return secured;
}

Task<Result<Response>> Client::exchange(std::string_view head, std::string_view body) {
  Gather& pieces = loop_.gather();
  pieces.add(head);
  pieces.add(body);
  const Result<void> sent = co_await stream_->write(pieces);
  if (sent.has_error()) co_return sent.error();

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

  Response response{parsed.status, {}};
  const bool keep = parsed.keep_alive;
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
  if (!keep || !input.empty()) stream_.reset();
  co_return response;
}

}  // namespace llmgw::http
