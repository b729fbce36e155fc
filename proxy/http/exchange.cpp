// SPDX-License-Identifier: MIT
// Writing a response.
#include "proxy/http/exchange.hpp"

#include <charconv>

#include "common/http/reason_phrase.hpp"
#include "proxy/http/hop_by_hop.hpp"

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

void Exchange::retain_head() { retained_ = RetainedHead(head_); }

void Exchange::release_head() noexcept {
  head_.method = head_.target = head_.authority = {};
  head_.fields = {};
  retained_ = {};
}

bool Exchange::is_body_consumed() const noexcept {
  if (body_.is_complete()) return true;
  const Framing& framing = body_.framing();
  return framing.kind == Framing::Kind::length && buffered_.size() == framing.length;
}

std::string Exchange::head_text(int status, std::span<const OutField> fields,
                                std::string_view framing) {
  constexpr std::size_t usual = 512;
  std::string out;
  out.reserve(usual);
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
  return out.append("\r\n");
}

Task<Result<void>> Exchange::reply(int status, std::span<const OutField> fields,
                                   std::string_view body) {
  if (!is_body_consumed()) keep_alive_ = false;
  std::string framing;
  if (status != 204) append_length(framing, "Content-Length", body.size());
  const std::string head = head_text(status, fields, framing);
  started_ = responded_ = true;
  Gather& pieces = client_.loop().gather();
  pieces.add(head);
  if (!to_head_request_) pieces.add(body);
  client_.expires_without_progress(terms_.progress);
  const Result<void> sent = co_await client_.write(pieces);
  client_.write_expires_never();
  co_return sent;
}

}  // namespace llmgw::http
