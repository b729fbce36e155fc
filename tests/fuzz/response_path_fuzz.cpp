// SPDX-License-Identifier: MIT
// What an upstream may send: heads and bodies, whole and in pieces, mean the same; what is sent on
// of a head that was accepted is accepted again, and frames the same body.
#include "proxy/upstream/response_head.hpp"

#include "tests/fuzz/message_reader.hpp"

namespace llmgw::proxy {
namespace {

void rewrite(const http::ResponseHead& head, int client_minor_version) {
  using Kind = http::Framing::Kind;
  const BodyForm form = response_form(head, client_minor_version);
  std::string out;
  const bool keep_alive = form != BodyForm::payload_only;
  append_response_head(out, head, form, head.status < 200 ? "" : "req_1", keep_alive,
                       client_minor_version);
  http::FieldStorage storage;
  const auto again = http::parse_response_head(out, storage, head.framing.kind == Kind::none);
  if (again.has_error()) {  // a field more than there is room for, or our own lines on top
    fuzz::require(again.error() == errc::head_too_large);
    return;
  }
  fuzz::require(again->size == out.size());
  fuzz::require(again->status == head.status && again->reason == head.reason);
  const Kind expected = form == BodyForm::chunked        ? Kind::chunked
                        : form == BodyForm::payload_only ? Kind::until_close
                                                         : head.framing.kind;
  fuzz::require(again->framing.kind == expected);
  if (expected == Kind::length) fuzz::require(again->framing.length == head.framing.length);
}

}  // namespace
}  // namespace llmgw::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace llmgw;
  const fuzz::Input input(data, size);
  const bool to_head = (input.seed & 1u) != 0;
  fuzz::read_both_ways(
      input,
      [to_head](std::string_view bytes, http::FieldStorage& storage) {
        return http::parse_response_head(bytes, storage, to_head);
      },
      [](const http::ResponseHead& head) {
        proxy::rewrite(head, 1);
        proxy::rewrite(head, 0);
      });
  return 0;
}
