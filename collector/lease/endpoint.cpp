// SPDX-License-Identifier: MIT
// Who asks, what, and the answer.
#include "collector/lease/endpoint.hpp"

#include <optional>

#include "common/http/error_body.hpp"
#include "common/http/router.hpp"

namespace llmgw::collector {
namespace {

bool is_gone(const boost::system::error_code& fault) {
  return fault == errc::connection_closed || fault == errc::connection_reset ||
         fault == errc::cancelled;
}

std::string_view message_for(int status) {
  return status == 403 ? "Units of limits are not lent to pages in a browser."
                       : "A bearer token that is valid here is needed.";
}

}  // namespace

Task<void> LeaseEndpoint::post(http::EndpointExchange& exchange) {
  const std::optional<Lender::Answer> answer = co_await take(exchange);
  if (!answer) co_return;  // the proxy has gone with half a body sent
  ++answered_[answer->status];
  const std::string_view type = answer->status < 500 ? "invalid_request_error" : "gateway_error";
  const std::string body =
      answer->code.empty() ? answer->text : http::error_body(answer->text, type, answer->code);
  const http::OutField fields[] = {{"Content-Type", "application/json"},
                                   {"WWW-Authenticate", "Bearer"}};
  const std::span<const http::OutField> sent(fields, answer->status == 401 ? 2 : 1);
  co_await exchange.reply(answer->status, sent, body);
}

// Nothing: there is nobody to answer.
Task<std::optional<Lender::Answer>> LeaseEndpoint::take(http::EndpointExchange& exchange) {
  const http::EndpointHead& head = exchange.head();
  if (const auto refused = gate_.refusal(head))
    co_return Lender::Answer{refused->status, refused->code,
                             std::string(message_for(refused->status))};
  if (head.count("Content-Encoding") > 0)
    co_return Lender::Answer{415, "unsupported_content_encoding",
                             "The body must have no content encoding."};
  http::BodyShare share(budget_);
  auto body = co_await exchange.read_body(lease::most_bytes, &share);
  if (body.has_error()) {
    if (is_gone(body.error())) co_return std::nullopt;
    const auto known = http::refusal_of(errc_of(body.error()));
    co_return Lender::Answer{known.status, known.code, std::string(known.message)};
  }
  Lender::Answer answer = co_await lender_.sync(std::move(*body));
  co_return std::move(answer);
}

}  // namespace llmgw::collector
