// SPDX-License-Identifier: MIT
// PURE: from received to sent framing.
#include "proxy/upstream/reframe.hpp"

#include <charconv>

namespace llmgw::proxy {
namespace {

class SizeLine {
 public:
  explicit SizeLine(std::size_t size) noexcept : end_(line_) {
    end_ = std::to_chars(line_, line_ + 16, size, 16).ptr;
    *end_++ = '\r';
    *end_++ = '\n';
  }
  std::string_view view() const noexcept { return {line_, end_}; }

 private:
  char line_[Gather::copy_limit];
  char* end_;
};

void add_chunk(std::string_view payload, Gather& out) {
  out.add_copy(SizeLine(payload.size()).view());
  out.add(payload);
  out.add("\r\n");
}

// Frames what `add` adds to `out` as one chunk; as none if that is nothing, which would end the
// body.
template <class Add>
void add_as_chunk(BodyForm form, Gather& out, Add add) {
  if (form != BodyForm::chunked) return add();
  const std::size_t place = out.reserve();
  const std::size_t before = out.size();
  add();
  const std::size_t size = out.size() - before;
  if (size == 0) return out.fill(place, {});
  out.fill(place, SizeLine(size).view());
  out.add("\r\n");
}

// Sends payload through the filter up to the first piece that is neither payload nor framing
// between chunks, and returns that; a fault where the filter wants no more.
http::BodyDecoder::Piece filter_payload(http::BodyDecoder& decoder, std::string_view& input,
                                        Tap& tap, AnswerEdit& filter, Gather& out) {
  using Kind = http::BodyDecoder::Kind;
  for (;;) {
    const http::BodyDecoder::Piece piece = decoder.next(input);
    const bool is_between = piece.kind == Kind::framing && !decoder.is_complete();
    if (is_between) continue;
    if (piece.kind == Kind::payload) {
      tap.observe(piece.bytes);
      if (!filter.pass(piece.bytes, out)) return {Kind::fault, {}};
      continue;
    }
    if (piece.kind == Kind::fault) filter.release(errc::malformed_message, out);
    const bool is_over = piece.kind != Kind::fault && piece.kind != Kind::need_more;
    if (is_over && !filter.finish(out)) return {Kind::fault, {}};
    return piece;
  }
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

ReframeStep reframe_filtered(http::BodyDecoder& decoder, std::string_view& input, BodyForm form,
                             Tap& tap, AnswerEdit& filter, Gather& out) {
  using Kind = http::BodyDecoder::Kind;
  http::BodyDecoder::Piece last;
  add_as_chunk(form, out, [&] { last = filter_payload(decoder, input, tap, filter, out); });
  if (last.kind == Kind::need_more) return ReframeStep::need_more;
  if (last.kind == Kind::fault) return ReframeStep::fault;
  if (form != BodyForm::chunked) return ReframeStep::end;
  if (last.kind == Kind::end) {
    out.add(closing_bytes(form));
  } else {  // the trailers and the line that ends them
    out.add("0\r\n");
    last.copy ? out.add_copy(last.bytes) : out.add(last.bytes);
  }
  return ReframeStep::end;
}

bool add_held(AnswerEdit& filter, BodyForm form, errc fault, Gather& out) {
  bool is_whole = false;
  add_as_chunk(form, out, [&] {
    if (fault == errc::ok) {
      is_whole = filter.finish(out);
    } else {
      filter.release(fault, out);
    }
  });
  return is_whole;
}

std::string_view closing_bytes(BodyForm form) noexcept {
  return form == BodyForm::chunked ? "0\r\n\r\n" : "";
}

}  // namespace llmgw::proxy
