// SPDX-License-Identifier: MIT
// Heads, framings and cuts.
#include "tests/mock_upstream/answer_writer.hpp"

#include <utility>

#include "common/http/reason_phrase.hpp"

namespace llmgw::mock {
namespace {

// The type goes first.
std::vector<http::OutField> with_type(std::string_view type, std::vector<http::OutField> fields) {
  if (!type.empty()) fields.insert(fields.begin(), {"content-type", type});
  return fields;
}

}  // namespace

Task<bool> AnswerWriter::interim(int status) {
  const std::string text =
      "HTTP/1.1 " + std::to_string(status) + " Interim\r\nlink: </mock>; rel=preload\r\n\r\n";
  co_return co_await visit_.send_raw(text);
}

Task<bool> AnswerWriter::plain(int status, std::string_view body) {
  const bool empty = status == 204 || status == 304;
  Fields head = with_type(empty ? "" : "application/json", head_fields_.of(status, false));
  if (empty) body = {};
  const bool cut = behaviour_.cut && *behaviour_.cut < body.size();
  const std::string_view sent_body = cut ? body.substr(0, *behaviour_.cut) : body;
  if (behaviour_.framing == PlainFraming::length || empty) {
    if (!cut) co_return visit_.check(co_await exchange_.reply(status, head, body));
    const std::string framing = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    co_return co_await visit_.send_raw(head_text(status, head, framing).append(sent_body));
  }
  if (!co_await start(status, std::move(head))) co_return false;
  const std::size_t half =
      sent_body.size() / 2;  // more than one chunk, since most answers have more
  if (!co_await send(sent_body.substr(0, half)) || !co_await send(sent_body.substr(half)))
    co_return false;
  if (cut) co_return true;
  co_return co_await finish();
}

Task<bool> AnswerWriter::start_stream() {
  Fields head = stream_fields();
  co_return co_await start(200, std::move(head));
}

AnswerWriter::Fields AnswerWriter::stream_fields() const {
  if (array_) return with_type("application/json; charset=UTF-8", head_fields_.of(200, false));
  Fields head = with_type("text/event-stream; charset=utf-8", head_fields_.of(200, true));
  head.push_back({"cache-control", "no-cache"});
  return head;
}

Task<bool> AnswerWriter::start(int status, Fields fields) {
  if (until_close()) {
    co_return co_await visit_.send_raw(head_text(status, fields, "Connection: close\r\n"));
  }
  if (behaviour_.trailers) fields.push_back({"trailer", "x-mock-trailer"});
  co_return visit_.check(co_await exchange_.start(status, fields));
}

Task<bool> AnswerWriter::send(std::string_view bytes) {
  if (bytes.empty()) co_return true;
  if (until_close()) co_return co_await visit_.send_raw(bytes);
  co_return visit_.check(co_await exchange_.send(bytes));
}

Task<bool> AnswerWriter::finish() {
  if (until_close()) co_return true;  // the session closes, for the exchange was never finished
  const std::string_view trailers = behaviour_.trailers ? "x-mock-trailer: done\r\n" : "";
  const Result<void> sent = co_await exchange_.finish(trailers);
  co_return visit_.check(sent);
}

std::string AnswerWriter::head_text(int status, const Fields& fields,
                                    std::string_view framing) const {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  text.append(http::reason_phrase(status)).append("\r\n");
  for (const http::OutField& each : fields) {
    text.append(each.name).append(": ").append(each.value).append("\r\n");
  }
  return text.append(framing).append("\r\n");
}

}  // namespace llmgw::mock
