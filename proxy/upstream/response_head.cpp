// SPDX-License-Identifier: MIT
// PURE: heads of responses on their way to the client.
#include "proxy/upstream/response_head.hpp"

#include <charconv>

#include "proxy/http/field_lines.hpp"

namespace llmgw::proxy {

using http::append_field;
using http::FieldId;

BodyForm response_form(const http::ResponseHead& head, int client_minor_version,
                       bool is_filtered) noexcept {
  using Kind = http::Framing::Kind;
  if (is_filtered) return client_minor_version > 0 ? BodyForm::chunked : BodyForm::payload_only;
  if (head.framing.kind == Kind::chunked) {
    return client_minor_version > 0 ? BodyForm::as_received : BodyForm::payload_only;
  }
  if (head.framing.kind == Kind::until_close && client_minor_version > 0) return BodyForm::chunked;
  return BodyForm::as_received;
}

void append_response_head(std::string& out, const http::ResponseHead& head, BodyForm form,
                          std::string_view request_id, bool keep_alive, int client_minor_version) {
  char status[4];
  std::to_chars(status, status + 3, head.status);
  out.append("HTTP/1.1 ").append(status, 3).append(" ").append(head.reason).append("\r\n");
  // A length there would be one of a body that never comes (RFC 9110 section 8.6).
  const bool no_length = head.status < 200 || head.status == 204;
  const bool has_length = head.framing.kind == http::Framing::Kind::length;  // not of HEAD
  http::FieldLines lines(out);
  for (const http::Field& each : head.fields) {
    if (http::is_hop_by_hop(each, head)) continue;
    if (no_length && each.id == FieldId::content_length) continue;
    if (each.id == FieldId::x_llm_request_id && !request_id.empty()) continue;
    if (each.id == FieldId::content_length && form != BodyForm::as_received) continue;
    if (each.id == FieldId::content_length && has_length) {
      http::append_length(lines.out(), each.name, head.framing.length);
    } else {
      lines.pass(each);
    }
  }
  lines.flush();
  const bool final = head.status >= 200;
  const bool chunked =
      head.framing.kind == http::Framing::Kind::chunked && form == BodyForm::as_received;
  if (final && (chunked || form == BodyForm::chunked)) out.append("Transfer-Encoding: chunked\r\n");
  if (!request_id.empty()) append_field(out, "X-LLM-Request-ID", request_id);
  if (final && !keep_alive) {
    out.append("Connection: close\r\n");
  } else if (final && client_minor_version == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace llmgw::proxy
