// SPDX-License-Identifier: MIT
// The head that goes upstream: well-formed whatever the client's was, framed the same, with the
// gateway's credentials and none of the client's.
#include "proxy/provider/openai/dialect.hpp"
#include "proxy/provider/request_head.hpp"
#include "proxy/provider/target.hpp"
#include "tests/fuzz/message_reader.hpp"

namespace llmgw::proxy {
namespace {

int count(const http::Head& head, http::FieldId id) {
  int found = 0;
  for (const http::Field& each : head.fields) found += each.id == id ? 1 : 0;
  return found;
}

// Nothing of it is taken out again, and of the rest only that.
bool is_without_key(std::string_view sent, std::string_view received) {
  const TargetParts parts = parts_of(sent);
  if (has_parameter(parts.query, "key")) return false;
  return has_parameter(parts_of(received).query, "key") || sent == received;
}

void check(const http::RequestHead& sent, const http::RequestHead& received) {
  using http::FieldId;
  fuzz::require(sent.method == received.method);
  fuzz::require(sent.target.starts_with("/prefix"));
  fuzz::require(received.target.starts_with("/openai/") ||
                is_without_key(sent.target.substr(7), received.target));
  fuzz::require(sent.framing.kind == received.framing.kind);
  fuzz::require(sent.framing.length == received.framing.length);
  fuzz::require(count(sent, FieldId::host) == 1 && sent.value(FieldId::host) == "upstream.test");
  fuzz::require(count(sent, FieldId::authorization) == 1);
  fuzz::require(sent.value(FieldId::authorization) == "Bearer sk-upstream");
  for (const FieldId gone :
       {FieldId::api_key, FieldId::x_api_key, FieldId::x_goog_api_key, FieldId::x_tenant,
        FieldId::x_llm_tenant, FieldId::x_llm_provider, FieldId::connection, FieldId::keep_alive,
        FieldId::proxy_authorization, FieldId::proxy_connection, FieldId::te, FieldId::upgrade}) {
    fuzz::require(count(sent, gone) == 0);
  }
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const proxy::Destination to{proxy::openai_dialect, "/prefix", "upstream.test",
                              "Bearer sk-upstream"};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  http::FieldStorage storage;
  const auto received = http::parse_request_head(text, storage);
  if (received.has_error() || received->target.front() != '/') return 0;
  std::string out;
  append_request_head(out, *received, to, {.hides_choice = true});
  http::FieldStorage again;
  http::HeadScanner scanner;
  const auto end = scanner.scan(out);
  fuzz::require(end.has_value() && *end == out.size());
  const auto sent = http::parse_request_head(out, again);
  if (sent.has_error()) {  // Host and Authorization may be one field too many
    fuzz::require(sent.error() == errc::head_too_large || sent.error() == errc::target_too_long);
    return 0;
  }
  proxy::check(*sent, *received);
  return 0;
}
