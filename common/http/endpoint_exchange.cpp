// SPDX-License-Identifier: MIT
// Answers, written by Beast.
#include "common/http/endpoint_exchange.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/chunk_encode.hpp>

#include "common/http/endpoint_connection.hpp"
#include "common/http/message_head.hpp"
#include "common/http/reason_phrase.hpp"

namespace llmgw::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

asio::const_buffer buffer(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }

}  // namespace

EndpointExchange::EndpointExchange(EndpointConnection& connection, About about,
                                   EndpointTerms terms) noexcept
    : connection_(connection), terms_(terms) {
  if (about == About::no_request) return;
  is_old_ = head().minor_version == 0;
  to_head_request_ = head().method == "HEAD";
  keep_alive_ = head().keep_alive;
}

const EndpointHead& EndpointExchange::head() const noexcept { return connection_.head(); }
Loop& EndpointExchange::loop() noexcept { return connection_.loop(); }

Task<Result<std::string>> EndpointExchange::read_body(std::size_t most, BodyShare* share) {
  return connection_.read_body(most, share);
}

bool EndpointExchange::is_reusable() const noexcept {
  return keep_alive_ && responded_ && connection_.is_body_there();
}

// Asked when a head is written: it says so.
bool EndpointExchange::keeps_alive() noexcept {
  const bool is_ending = terms_.is_ending != nullptr && *terms_.is_ending;
  if (is_ending || !connection_.is_body_there()) keep_alive_ = false;
  return keep_alive_;
}

// `framing`: none without a value.
std::string EndpointExchange::head_text(int status, std::span<const OutField> fields,
                                        OutField framing) {
  beast::http::response<beast::http::empty_body> message;
  message.result(static_cast<unsigned>(status));
  message.reason(reason_phrase(status));
  for (const OutField& each : fields) message.insert(each.name, each.value);
  if (!framing.value.empty()) message.insert(framing.name, framing.value);
  if (!keeps_alive()) {
    message.insert("Connection", "close");
  } else if (is_old_) {
    message.insert("Connection", "keep-alive");
  }
  return text_of(message);
}

Task<Result<void>> EndpointExchange::reply(int status, std::span<const OutField> fields,
                                           std::string_view body) {
  const bool has_length = status != 204 && status != 304;  // neither has a body
  const std::string length = has_length ? std::to_string(body.size()) : std::string();
  const std::string head = head_text(status, fields, {"Content-Length", length});
  started_ = responded_ = true;
  if (to_head_request_) body = {};
  const std::array<asio::const_buffer, 2> pieces{buffer(head), buffer(body)};
  co_return co_await connection_.write(pieces);
}

Task<Result<void>> EndpointExchange::start(int status, std::span<const OutField> fields) {
  chunked_ = !is_old_;
  if (!chunked_) keep_alive_ = false;
  const OutField framing{"Transfer-Encoding", chunked_ ? "chunked" : ""};
  const std::string head = head_text(status, fields, framing);
  started_ = true;
  co_return co_await connection_.write(buffer(head));
}

Task<Result<void>> EndpointExchange::send(std::string_view bytes) {
  if (bytes.empty() || to_head_request_) co_return Result<void>();
  if (!chunked_) co_return co_await connection_.write(buffer(bytes));
  const auto chunk = beast::http::make_chunk(buffer(bytes));
  co_return co_await connection_.write(chunk);
}

Task<Result<void>> EndpointExchange::finish(std::string_view trailers) {
  responded_ = true;
  if (!chunked_ || to_head_request_) co_return Result<void>();
  const std::array<asio::const_buffer, 3> pieces{buffer("0\r\n"), buffer(trailers), buffer("\r\n")};
  co_return co_await connection_.write(pieces);
}

Task<Result<void>> EndpointExchange::send_raw(std::string_view bytes) {
  started_ = true;
  co_return co_await connection_.write(buffer(bytes));
}

void EndpointExchange::limit_progress(std::chrono::milliseconds longest) noexcept {
  connection_.limit_progress(longest);
}

void EndpointExchange::watch(std::function<void()> left) {
  if (!left) return connection_.tell_nobody();
  connection_.watch(std::move(left));
}

bool EndpointExchange::has_client_left() const noexcept { return connection_.has_client_left(); }

}  // namespace llmgw::http
