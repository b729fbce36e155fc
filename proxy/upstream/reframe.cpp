// SPDX-License-Identifier: MIT
// PURE: from received to sent framing.
#include "proxy/upstream/reframe.hpp"

#include <charconv>

namespace llmgw::proxy {
namespace {

void add_chunk(std::string_view payload, Gather& out) {
  char line[Gather::copy_limit];
  char* end = std::to_chars(line, line + 16, payload.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.add_copy({line, end});
  out.add(payload);
  out.add("\r\n");
}

}  // namespace

ReframeStep reframe(http::BodyDecoder& decoder, std::string_view& input, BodyForm form, Tap& tap,
                    Gather& out) {
  using Kind = http::BodyDecoder::Kind;
  for (;;) {
    const http::BodyDecoder::Piece piece = decoder.next(input);
    switch (piece.kind) {
      case Kind::payload:
        tap.observe(piece.bytes);
        if (form == BodyForm::chunked) {
          add_chunk(piece.bytes, out);
        } else {
          out.add(piece.bytes);
        }
        break;
      case Kind::framing:
        if (form != BodyForm::as_received) break;
        piece.copy ? out.add_copy(piece.bytes) : out.add(piece.bytes);
        break;
      case Kind::need_more: return ReframeStep::need_more;
      case Kind::end: return ReframeStep::end;
      case Kind::fault: return ReframeStep::fault;
    }
  }
}

std::string_view closing_bytes(BodyForm form) noexcept {
  return form == BodyForm::chunked ? "0\r\n\r\n" : "";
}

}  // namespace llmgw::proxy
