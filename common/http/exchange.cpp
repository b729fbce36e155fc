// SPDX-License-Identifier: MIT
// Reading a request's body and writing its response.
#include "common/http/exchange.hpp"

#include <charconv>

#include "common/http/body_pace.hpp"
#include "common/http/reason_phrase.hpp"

namespace llmgw::http {

Exchange::Exchange(ByteStream& client, const RequestHead& head, std::string_view rest,
                   Deadline::Clock::time_point begun_at, SessionTerms terms)
    : client_(client),
      head_(head),
      begun_at_(begun_at),
      terms_(terms),
      body_(head.framing),
      buffered_(rest),
      to_head_request_(head.method == "HEAD"),
      keep_alive_(head.keep_alive) {
  if (head.framing.kind == Framing::Kind::chunked) return;  // its end is found by decoding
  buffered_ = rest.substr(0, head.framing.length);
  client.unread(rest.substr(buffered_.size()));
}

Exchange::Exchange(ByteStream& client, SessionTerms terms) noexcept
    : client_(client), terms_(terms) {}

void Exchange::retain_head() {
  retained_fields_.assign(head_.fields.begin(), head_.fields.end());
  std::size_t total = head_.method.size() + head_.target.size() + head_.authority.size();
  for (const Field& each : retained_fields_) total += each.name.size() + each.value.size();
  retained_bytes_.reserve(total);  // no growth below, so the views stay where they are
  const auto keep = [this](std::string_view& view) {
    const std::size_t at = retained_bytes_.size();
    retained_bytes_.append(view);
    view = std::string_view(retained_bytes_).substr(at);
  };
  keep(head_.method);
  keep(head_.target);
  keep(head_.authority);
  for (Field& each : retained_fields_) {
    keep(each.name);
    keep(each.value);
  }
  head_.fields = retained_fields_;
}

void Exchange::release_head() noexcept {
  head_.fields = {};
  head_.method = head_.target = head_.authority = {};
  std::string().swap(retained_bytes_);
  std::vector<Field>().swap(retained_fields_);
}

bool Exchange::is_body_consumed() const noexcept {
  if (body_.is_complete()) return true;
  const Framing& framing = body_.framing();
  return framing.kind == Framing::Kind::length && buffered_.size() == framing.length;
}

Task<Result<std::string>> Exchange::read_body(std::size_t limit) {
  const Framing& framing = head_.framing;
  if (framing.kind == Framing::Kind::length && framing.length > limit)
    co_return errc::body_too_large;
  std::string body;
  if (framing.kind == Framing::Kind::length) body.reserve(framing.length);
  std::string_view input = std::exchange(buffered_, {});
  std::string early(input);  // sending 100 (Continue) may suspend
  if (head_.expects_continue && input.empty()) {
    const auto sent = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (sent.has_error()) co_return sent.error();
  }
  input = early;
  BodyPace pace(terms_.progress, progress_bytes);
  for (;;) {
    const BodyDecoder::Piece piece = body_.next(input);
    switch (piece.kind) {
      case BodyDecoder::Kind::payload:
        if (body.size() + piece.bytes.size() > limit) co_return errc::body_too_large;
        body.append(piece.bytes);
        break;
      case BodyDecoder::Kind::framing: break;
      case BodyDecoder::Kind::end: client_.unread(input); co_return body;
      case BodyDecoder::Kind::fault: co_return errc::malformed_message;
      case BodyDecoder::Kind::need_more: {
        client_.read_expires_after(pace.begin(client_.loop().deadlines().now()));
        const auto more = co_await client_.read();
        client_.read_expires_never();
        if (more.has_error()) co_return more.error();
        pace.end(client_.loop().deadlines().now(), more->size());
        input = *more;
      }
    }
  }
}

void Exchange::append_head(std::string& out, int status, std::span<const OutField> fields,
                           std::string_view framing) {
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof digits, status).ptr;
  out.append("HTTP/1.1 ")
      .append(digits, end)
      .append(" ")
      .append(reason_phrase(status))
      .append("\r\n");
  for (const OutField& each : fields) {
    out.append(each.name).append(": ").append(each.value).append("\r\n");
  }
  out.append(framing);
  if (!keeps_alive()) {
    out.append("Connection: close\r\n");
  } else if (head_.minor_version == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

Task<Result<void>> Exchange::reply(int status, std::span<const OutField> fields,
                                   std::string_view body) {
  if (!is_body_consumed()) keep_alive_ = false;
  const std::string framing =
      status == 204 ? std::string() : "Content-Length: " + std::to_string(body.size()) + "\r\n";
  std::string head;
  append_head(head, status, fields, framing);
  started_ = responded_ = true;
  co_return co_await write(head, to_head_request_ ? std::string_view() : body);
}

Task<Result<void>> Exchange::start(int status, std::span<const OutField> fields) {
  chunked_ = head_.minor_version > 0;
  if (!chunked_ || !is_body_consumed()) keep_alive_ = false;
  std::string head;
  append_head(head, status, fields, chunked_ ? "Transfer-Encoding: chunked\r\n" : "");
  started_ = true;
  co_return co_await write(head);
}

Task<Result<void>> Exchange::send(std::string_view bytes) {
  if (bytes.empty() || to_head_request_) co_return Result<void>();
  if (!chunked_) co_return co_await write(bytes);
  char line[20];
  char* end = std::to_chars(line, line + 16, bytes.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  co_return co_await write({line, end}, bytes, "\r\n");
}

Task<Result<void>> Exchange::finish() {
  responded_ = true;
  if (!chunked_ || to_head_request_) co_return Result<void>();
  co_return co_await write("0\r\n\r\n");
}

Task<Result<void>> Exchange::write(std::string_view first, std::string_view second,
                                   std::string_view third) {
  Gather& pieces = client_.loop().gather();
  pieces.add(first);
  pieces.add(second);
  pieces.add(third);
  client_.expires_without_progress(terms_.progress);
  const Result<void> sent = co_await client_.write(pieces);
  client_.write_expires_never();
  co_return sent;
}

}  // namespace llmgw::http
