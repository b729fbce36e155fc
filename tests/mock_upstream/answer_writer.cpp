// SPDX-License-Identifier: MIT
// Heads, framings and cuts.
#include "tests/mock_upstream/answer_writer.hpp"

#include <utility>

#include "common/http/reason_phrase.hpp"

namespace llmgw::mock {
namespace {

constexpr http::OutField rate_fields[] = {
    {"x-ratelimit-limit-requests", "10000"},
    {"x-ratelimit-limit-tokens", "200000"},
    {"x-ratelimit-remaining-requests", "0"},
    {"x-ratelimit-remaining-tokens", "199000"},
    {"x-ratelimit-reset-requests", "10ms"},
    {"x-ratelimit-reset-tokens", "1ms"},
    {"retry-after-ms", "10"},
    {"retry-after", "1"},
};

}  // namespace

Task<bool> AnswerWriter::interim(int status) {
  const std::string text =
      "HTTP/1.1 " + std::to_string(status) + " Interim\r\nlink: </mock>; rel=preload\r\n\r\n";
  co_return co_await visit_.send_raw(text);
}

Task<bool> AnswerWriter::plain(int status, std::string_view body) {
  const bool empty = status == 204 || status == 304;
  Fields head = fields(status, empty ? "" : "application/json");
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
  Fields head = fields(200, "text/event-stream; charset=utf-8");
  head.push_back({"cache-control", "no-cache"});
  co_return co_await start(200, std::move(head));
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

AnswerWriter::Fields AnswerWriter::fields(int status, std::string_view content_type) const {
  Fields made;
  if (!content_type.empty()) made.push_back({"content-type", content_type});
  made.push_back({"x-request-id", request_id_});
  made.push_back({"openai-processing-ms", "5"});
  made.push_back({"openai-version", "2020-10-01"});
  if (status == 429) made.insert(made.end(), std::begin(rate_fields), std::end(rate_fields));
  return made;
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
