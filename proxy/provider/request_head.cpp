// SPDX-License-Identifier: MIT
// PURE: request heads for upstreams.
#include "proxy/provider/request_head.hpp"

#include <algorithm>
#include <utility>

#include "common/text/case_blind.hpp"
#include "proxy/http/field_lines.hpp"
#include "proxy/provider/target.hpp"

namespace llmgw::proxy {
namespace {

using http::append_field;
using http::Field;
using http::FieldId;

bool is_accept_encoding(const Field& field) noexcept {
  return equals_ignoring_case(field.name, "accept-encoding");
}

// What is said to OpenAI alone, or of the bodies that it would have got and given.
bool is_of_openai(const Field& field) noexcept {
  return starts_ignoring_case(field.name, "openai-") ||
         equals_ignoring_case(field.name, "content-type") ||
         equals_ignoring_case(field.name, "accept") || is_accept_encoding(field) ||
         equals_ignoring_case(field.name, "idempotency-key");
}

// Google takes keys in the query too, where any log on the way shows them.
void append_target(std::string& out, std::string_view target, const Destination& to) {
  constexpr std::string_view key = "key";
  if (target.find('?') == target.npos)
    return to.dialect.append_target(out, {to.prefix, to.model, to.api_version}, target);
  const TargetPlace place{to.prefix, to.model, to.api_version};
  const TargetParts parts = parts_of(target);
  if (!has_parameter(parts.query, key)) return to.dialect.append_target(out, place, target);
  std::string rest(parts.path);
  append_without_parameter(rest, parts.query, key);
  to.dialect.append_target(out, place, rest);
}

// Each that the client's head has not, or has for this connection alone.
void append_defaults(std::string& out, const http::RequestHead& head, const Destination& to) {
  for (const DefaultField& each : to.defaults) {
    const bool is_sent = std::ranges::any_of(head.fields, [&](const Field& field) {
      return equals_ignoring_case(field.name, each.name) && !http::is_hop_by_hop(field, head);
    });
    if (!is_sent) append_field(out, each.name, each.value);
  }
}

}  // namespace

// Fields keep their order: ours stand where the client's stood.
void append_request_head(std::string& out, const http::RequestHead& head, const Destination& to,
                         const HeadChanges& changes) {
  out.append(head.method).append(" ");
  const bool is_translated = changes.translated != nullptr;
  append_target(out, is_translated ? changes.translated->target : head.target, to);
  out.append(" HTTP/1.1\r\n");
  bool has_host = false;
  bool has_credentials = to.credentials.empty();
  bool has_codings = false;
  http::FieldLines lines(out);
  for (const Field& each : head.fields) {
    switch (each.id) {
      case FieldId::host:
        append_field(lines.out(), each.name, to.authority);
        has_host = true;
        break;
      case FieldId::authorization:
        if (!std::exchange(has_credentials, true))
          append_field(lines.out(), to.form.field, to.credentials);
        break;
      case FieldId::transfer_encoding: append_field(lines.out(), each.name, "chunked"); break;
      case FieldId::content_length:
        http::append_length(lines.out(), each.name, changes.length.value_or(head.framing.length));
        break;
      case FieldId::api_key:
      case FieldId::x_api_key:
      case FieldId::x_goog_api_key:
      case FieldId::x_llm_tenant:
      case FieldId::x_tenant: break;
      case FieldId::x_llm_provider:
        if (!changes.hides_choice) lines.pass(each);
        break;
      default:
        if (http::is_hop_by_hop(each, head)) break;
        if (is_translated && is_of_openai(each)) break;
        if (!changes.is_uncoded || !is_accept_encoding(each)) {
          lines.pass(each);
        } else if (!std::exchange(has_codings, true)) {
          append_field(lines.out(), each.name, "identity");
        }
    }
  }
  lines.flush();
  if (is_translated) {
    append_field(out, "Content-Type", "application/json");
    append_field(out, "Accept-Encoding", changes.translated->takes_gzip ? "gzip" : "identity");
    if (!changes.translated->beta.empty())
      append_field(out, "anthropic-beta", changes.translated->beta);
  }
  if (!has_host) append_field(out, "Host", to.authority);
  if (!has_credentials) append_field(out, to.form.field, to.credentials);
  append_defaults(out, head, to);
  out.append("\r\n");
}

}  // namespace llmgw::proxy
