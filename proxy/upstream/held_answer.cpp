// SPDX-License-Identifier: MIT
// Reading an error.
#include "proxy/upstream/held_answer.hpp"

#include "proxy/http/body_decoder.hpp"
#include "proxy/metering/content_decoder.hpp"
#include "proxy/upstream/reframe.hpp"

namespace llmgw::proxy {
namespace {

// What an error says, as far as one is worth reading.
constexpr std::size_t most_text = 16 * 1024;

// Appends the payload that is in `input` to `text`.
ReframeStep unframe(http::BodyDecoder& decoder, std::string_view& input, std::string& text) {
  using Kind = http::BodyDecoder::Kind;
  for (;;) {
    const http::BodyDecoder::Piece piece = decoder.next(input);
    switch (piece.kind) {
      case Kind::payload: text.append(piece.bytes); break;
      case Kind::framing: break;
      case Kind::need_more: return ReframeStep::need_more;
      case Kind::end: return ReframeStep::end;
      case Kind::fault: return ReframeStep::fault;
    }
  }
}

// As far as it can be read.
std::string decoded(const CodingList& codings, std::string_view coded) {
  std::string text;
  (void)decode_whole(codings, coded, most_text, text);
  return text;
}

}  // namespace

Task<std::string> HeldAnswer::read_text(ByteStream& upstream, const http::ResponseHead& head,
                                        std::chrono::milliseconds silence) {
  const auto codings = parse_codings(head.value(http::FieldId::content_encoding));
  const bool keep_alive = head.keep_alive;
  http::BodyDecoder decoder(head.framing);
  std::string text;
  bool is_over = false;
  for (std::string latest = rest_;;) {
    std::string_view input = latest;
    const ReframeStep step = unframe(decoder, input, text);
    is_complete_ = step == ReframeStep::end;
    is_whole_ = step == ReframeStep::end && input.empty() && keep_alive;
    is_over = is_over || step != ReframeStep::need_more;
    if (is_over || text.size() >= most_text) break;
    upstream.read_expires_after(silence);
    const auto bytes = co_await upstream.read();
    is_over = bytes.has_error();
    if (is_over)
      is_complete_ = bytes.error() == errc::connection_closed && decoder.finish_at_close();
    latest = is_over ? std::string_view() : *bytes;
    rest_ += latest;
  }
  if (!codings) co_return std::string();
  if (codings->size == 0) co_return text.substr(0, most_text);
  co_return decoded(*codings, text);
}

std::string HeldAnswer::payload(http::Framing framing) const {
  http::BodyDecoder decoder(framing);
  std::string_view input = rest_;
  std::string payload;
  unframe(decoder, input, payload);
  return payload;
}

Task<FirstEvent::Kind> HeldAnswer::read_first_event(ByteStream& upstream,
                                                    const http::ResponseHead& head,
                                                    std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  http::BodyDecoder decoder(head.framing);
  FirstEvent first;
  std::string payload;
  for (std::string latest = rest_;;) {
    std::string_view input = latest;
    payload.clear();
    const ReframeStep step = unframe(decoder, input, payload);
    is_complete_ = step == ReframeStep::end;
    if (first.observe(payload) != FirstEvent::Kind::none || is_complete_ ||
        rest_.size() >= most_held)
      break;
    if (step == ReframeStep::fault) {
      fault_ = errc::malformed_message;
      break;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    upstream.read_expires_after(std::max(left, std::chrono::milliseconds(1)));
    const auto bytes = co_await upstream.read();
    if (bytes.has_error()) {
      fault_ = errc_of(bytes.error());
      is_complete_ = fault_ == errc::connection_closed && decoder.finish_at_close();
      if (is_complete_) fault_ = errc::ok;
      break;
    }
    latest = *bytes;
    rest_ += latest;
  }
  co_return first.kind();
}

}  // namespace llmgw::proxy
