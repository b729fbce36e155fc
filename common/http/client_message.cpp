// SPDX-License-Identifier: MIT
// Beast's serializer and parser behind a few strings.
#include "common/http/client_message.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "common/http/message_head.hpp"

namespace llmgw::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr std::size_t head_most = 64 * 1024;
constexpr unsigned first_final_status = 200;

}  // namespace

std::string head_of(const Request& request, std::string_view host) {
  beast::http::request<beast::http::empty_body> message;
  message.method_string(request.method);
  message.target(request.path);
  message.insert("Host", host);
  const auto insert = [&message](std::string_view name, std::string_view value) {
    if (!value.empty()) message.insert(name, value);
  };
  insert("Content-Type", request.content_type);
  insert("Content-Encoding", request.content_encoding);
  insert("Authorization", request.authorization);
  for (const OutField& each : request.fields) insert(each.name, each.value);
  if (!request.body.empty()) insert("Content-Length", std::to_string(request.body.size()));
  return text_of(message);
}

struct ResponseReader::State {
  explicit State(std::size_t most) : body_most(most) { begin(); }

  void begin() {
    parser.emplace();
    parser->header_limit(head_most);
    parser->body_limit(body_most);
    parser->eager(true);
  }

  const std::size_t body_most;
  beast::flat_buffer unread;
  std::optional<beast::http::response_parser<beast::http::string_body>> parser;
};

ResponseReader::ResponseReader(std::size_t body_most)
    : state_(std::make_unique<State>(body_most)) {}
ResponseReader::~ResponseReader() = default;

Result<bool> ResponseReader::take(std::string_view bytes) {
  beast::flat_buffer& unread = state_->unread;
  unread.commit(asio::buffer_copy(unread.prepare(bytes.size()), asio::buffer(bytes)));
  while (unread.size() > 0) {
    auto& parser = *state_->parser;
    boost::system::error_code fault;
    unread.consume(parser.put(unread.cdata(), fault));
    if (fault == beast::http::error::need_more) return false;
    if (fault == beast::http::error::body_limit) return errc::body_too_large;
    if (fault) return errc::malformed_message;
    if (!parser.is_done()) continue;
    if (parser.get().result_int() >= first_final_status) return true;
    state_->begin();
  }
  return false;
}

Result<void> ResponseReader::take_end() {
  auto& parser = *state_->parser;
  if (!parser.got_some()) return errc::connection_closed;
  boost::system::error_code fault;
  parser.put_eof(fault);
  if (!fault) return {};
  return parser.is_header_done() ? errc::connection_closed : errc::malformed_message;
}

Response ResponseReader::response() {
  auto& message = state_->parser->get();
  const auto retry_after = message[beast::http::field::retry_after];
  return {static_cast<int>(message.result_int()), std::move(message.body()),
          std::string(retry_after.data(), retry_after.size())};
}

// What lies behind the answer was not asked for.
bool ResponseReader::keeps_alive() const noexcept {
  return state_->parser->keep_alive() && state_->unread.size() == 0;
}

}  // namespace llmgw::http
