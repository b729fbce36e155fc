// SPDX-License-Identifier: MIT
// PURE: request heads for OpenAI.
#include "proxy/provider/openai.hpp"

#include "common/http/hop_by_hop.hpp"
#include "proxy/provider/openai_usage.hpp"

namespace llmgw::proxy {

using http::append_field;
using http::Field;
using http::FieldId;

OpenAi::OpenAi(const HttpUrl& base, Secret key)
    : path_prefix_(base.path), authority_(base.authority) {
  set_key(std::move(key));
}

void OpenAi::set_key(Secret key) { authorization_ = Secret("Bearer " + std::string(key.reveal())); }

const UsageReader& OpenAi::usage_reader() const noexcept { return openai_usage_reader; }

// Fields keep their order: ours stand where the client's stood.
std::size_t OpenAi::prepare(const http::RequestHead& head, std::string& out) const {
  out.append(head.method)
      .append(" ")
      .append(path_prefix_)
      .append(head.target)
      .append(" HTTP/1.1\r\n");
  std::size_t length_at = out.npos;
  bool has_host = false;
  bool has_credentials = false;
  for (const Field& each : head.fields) {
    switch (each.id) {
      case FieldId::host:
        append_field(out, each.name, authority_);
        has_host = true;
        break;
      case FieldId::authorization:
        if (!std::exchange(has_credentials, true)) append_credentials(out);
        break;
      case FieldId::transfer_encoding: append_field(out, each.name, "chunked"); break;
      case FieldId::content_length:
        length_at = http::append_length(out, each.name, head.framing.length);
        break;
      case FieldId::api_key:
      case FieldId::x_api_key:
      case FieldId::x_llm_tenant:
      case FieldId::x_tenant: break;
      default:
        if (http::is_hop_by_hop(each, head)) break;
        append_field(out, each.name, each.value);
    }
  }
  if (!has_host) append_field(out, "Host", authority_);
  if (!has_credentials) append_credentials(out);
  out.append("\r\n");
  return length_at;
}

void OpenAi::append_credentials(std::string& out) const {
  append_field(out, "Authorization", authorization_.reveal());
}

}  // namespace llmgw::proxy
