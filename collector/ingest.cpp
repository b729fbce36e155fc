// SPDX-License-Identifier: MIT
// Read, decompress, check, store, answer.
#include "collector/ingest.hpp"

#include "collector/ingest_decode.hpp"
#include "common/http/error_body.hpp"
#include "common/http/router.hpp"

namespace llmgw::collector {
namespace {

// Several codings, be it in one field or in several, are none that we know.
std::optional<ContentCoding> coding_of(const http::EndpointHead& head) {
  constexpr std::string_view name = "Content-Encoding";
  if (head.count(name) > 1) return std::nullopt;
  return parse_content_coding(head.value(name));
}

bool is_gone(const boost::system::error_code& fault) {
  return fault == errc::connection_closed || fault == errc::connection_reset ||
         fault == errc::cancelled;
}

// RFC 9110: section 15.5.2 on WWW-Authenticate in a 401, section 15.5.16 on Accept-Encoding in a
// 415, section 15.6.4 on Retry-After in a 503.
std::optional<http::OutField> field_for(int status) {
  switch (status) {
    case 401: return http::OutField{"WWW-Authenticate", "Bearer"};
    case 415: return http::OutField{"Accept-Encoding", "gzip, zstd"};
    case 503: return http::OutField{"Retry-After", "1"};
    default: return std::nullopt;
  }
}

}  // namespace

Task<void> Ingest::post(http::EndpointExchange& exchange) {
  const std::optional<Answer> answer = co_await take(exchange);
  if (!answer) co_return;  // the client has gone with half a body sent
  ++answered_[answer->status];
  if (answer->status == 400 || answer->status == 413 || answer->status == 415) ++rejected_;
  co_await reply(exchange, *answer);
}

// Nothing: there is nobody to answer.
Task<std::optional<Ingest::Answer>> Ingest::take(http::EndpointExchange& exchange) {
  if (const auto refused = gate_.refusal(exchange.head()))
    co_return Answer{refused->status, refused->code, std::string(refused->message)};
  const std::optional<ContentCoding> coding = coding_of(exchange.head());
  if (!coding)
    co_return Answer{415, "unsupported_content_encoding",
                     "The content encoding must be gzip, zstd or identity."};
  http::BodyShare share(budget_);  // until the events are stored: the batch is the body
  auto body = co_await exchange.read_body(body_most_, &share);
  if (body.has_error()) {
    if (is_gone(body.error())) co_return std::nullopt;
    co_return refusal(body.error());
  }
  auto content = content_of(*coding, std::move(*body), share);
  if (content.has_error()) {
    if (content.error() != errc::malformed_message) co_return refusal(content.error());
    co_return Answer{400, "invalid_content_encoding",
                     "The body is not what its content encoding says."};
  }
  auto batch = decode_events(std::move(*content));
  if (batch.has_error())
    co_return Answer{400, "invalid_event", "Nothing was stored: " + batch.error().text + "."};
  const std::size_t count = batch->lines.size();
  const Result<void> stored = co_await pipeline_.store(std::move(*batch));
  if (stored.has_error())
    co_return Answer{503, "sink_unavailable",
                     "Nothing was stored: the store cannot be written. Send it again."};
  co_return Answer{202, {}, "{\"accepted\":" + std::to_string(count) + "}"};
}

Result<std::string> Ingest::content_of(ContentCoding coding, std::string body,
                                       http::BodyShare& share) const {
  if (coding == ContentCoding::identity) return body;
  auto content = decompress(coding, body, body_most_);
  if (content && !share.take(content->size())) return errc::overloaded;
  return content;
}

Ingest::Answer Ingest::refusal(const boost::system::error_code& fault) {
  if (fault == errc::overloaded)
    return {503, "overloaded", "Too many requests wait to be stored. Send it again."};
  const auto known = http::refusal_of(errc_of(fault));
  return {known.status, known.code, std::string(known.message)};
}

Task<void> Ingest::reply(http::EndpointExchange& exchange, const Answer& answer) {
  const std::string_view type = answer.status < 500 ? "invalid_request_error" : "gateway_error";
  const std::string body =
      answer.code.empty() ? answer.text : http::error_body(answer.text, type, answer.code);
  const auto second = field_for(answer.status);
  const http::OutField fields[] = {{"Content-Type", "application/json"},
                                   second.value_or(http::OutField{})};
  const std::span<const http::OutField> sent(fields, second ? 2 : 1);
  co_await exchange.reply(answer.status, sent, body);
}

}  // namespace llmgw::collector
